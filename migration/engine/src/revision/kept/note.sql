BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {since} ({key}) SELECT {key} FROM (SELECT NEW.*) AS {table} WHERE {condition};
  ELSE
    INSERT INTO {since} ({key}) SELECT {key} FROM (SELECT OLD.*) AS {table};
  END IF;
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO {since} ({key}) SELECT {key} FROM (SELECT NEW.*) AS {table};
  END IF;
  RETURN NULL;
END
