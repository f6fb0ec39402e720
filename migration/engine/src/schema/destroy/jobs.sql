-- Jobs of no hypertable that call a procedure of the schema: nothing else drops them.
SELECT format('job %s, which calls %I', j.job_id, j.proc_name) AS name, format('SELECT delete_job(%s)', j.job_id) AS sql,
  pg_has_role(j.owner, 'USAGE') AS may
FROM timescaledb_information.jobs j WHERE j.proc_schema = {schema} AND j.hypertable_name IS NULL
