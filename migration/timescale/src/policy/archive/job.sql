CREATE OR REPLACE PROCEDURE {job}(job_id integer, config jsonb) LANGUAGE plpgsql AS $archive$
DECLARE
    own name;
    moved bigint;
BEGIN
    -- The session of a job has another search path.
    SELECT j.proc_schema INTO own FROM timescaledb_information.jobs AS j WHERE j.job_id = {job}.job_id;
    LOOP
        -- Nobody waits long behind a lock that this one waits for.
        PERFORM set_config('lock_timeout', '2s', true);
        EXECUTE format('SELECT %I.%I($1, $2)', own, {step_text}) INTO moved
        USING own, now() - (config ->> 'drop_after')::interval;
        EXIT WHEN moved IS NULL;
        COMMIT;
    END LOOP;
END
$archive$
