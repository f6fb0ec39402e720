WITH noted AS (
  DELETE FROM {since} WHERE "_kept_number" = ANY ({numbers}) RETURNING {key}
), now AS (
  SELECT {selected} FROM {table} WHERE ({key}) IN (SELECT {key} FROM noted) AND ({condition}){within}
), gone AS (
  DELETE FROM {side} WHERE ({key}) IN (SELECT {key} FROM noted) AND ({key}) NOT IN (SELECT {key} FROM now)
)
INSERT INTO {side} ({names}) SELECT {names} FROM now ON CONFLICT ({key}) DO UPDATE SET {values}
