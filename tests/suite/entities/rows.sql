INSERT INTO every_type VALUES (1,
    true, -32768, 2147483647, 9223372036854775807, 1.5, 0.1,
    'NaN', 0.1234567890123456789012345678, 12.12345678901234567890123456, 9999999999999999999999999999, 12345678901234567890123456789012345.54321,
    1234.56, 'text', 'varchar', 'ab', 'x', 'name', 'CiText',
    '\x00ff', '2026-11-26', '23:59:59.999999', '12:00:00+02', '2026-11-26 12:00:00.123456', '2026-11-26 12:00:00+02',
    '1 mon -3 days 04:05:06.7', '3 days 4 hours', '019abcde-0000-7000-8000-000000000000', '{"x": "y"}', '[1, {"b": null}]', '$.a[*] ? (@ > 1)', '<a>b</a>',
    '192.168.0.1/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'1', B'10101', B'101',
    'a fat cat', 'fat & cat', '(1,2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1)]',
    '((0,0),(1,1),(1,0))', '<(0,0),1>', 4294967295, 'pg_class', 'integer', '(0,1)', '7', '18446744073709551615',
    '9', '16/B374D848', '10:20:10,14,15', '1 2', '1 2', 'cursor',
    '[1,5)', '[1,5)', '[1.5,2)', '[2026-01-01,2026-02-01)', '[2026-01-01 00:00+00,)', '[2026-01-01,)', '{[1,2),[3,4)}', '[0.5,1)',
    'Top.Science', 'a=>1, b=>NULL', '0-foo', 'red', '(1,"a ""b""")', 3, 1.50, '{a,NULL,"b c"}',
    '{1,NULL,3}', '{{a,b},{c,NULL}}', ARRAY['{"a": 1}', NULL]::jsonb[], '{"",NULL,"In Progress"}', '{101,111}', '{red}', '{1,2}', 'one');
INSERT INTO every_type (id) VALUES (2);
-- Every label.
INSERT INTO every_type (id, mood) SELECT 100 + number, label FROM unnest(enum_range(NULL::mood)) WITH ORDINALITY l (label, number);

INSERT INTO lists VALUES
    (1, '{a,"b c",""}', '{1,-2}', '{0.1}', '{1.50,-2.25}', ARRAY['{"a": 1}', 'null']::jsonb[], '{"",it''s,"In Progress"}', '{10.0.0.1}'),
    (2, '{}', NULL, '{}', NULL, NULL, '{}', '{}');
INSERT INTO names VALUES (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
INSERT INTO gen VALUES (1, 'option', 1), (2, 'string', 1);
INSERT INTO "match" VALUES (1, 1, NULL), (2, 1, 2);
INSERT INTO "a-b" VALUES (1, 1, 1), (2, NULL, NULL);
INSERT INTO a_b VALUES (1);
INSERT INTO "Self" VALUES ('x');
INSERT INTO crate VALUES ('::1'), ('10.0.0.1/8');
INSERT INTO "mod" VALUES (1, 'a'), (2, 'a');
INSERT INTO revision VALUES ('2026-11-26 12:00:00+00');
INSERT INTO sea_orm_active_enums VALUES ('019abcde-0000-7000-8000-000000000000');
INSERT INTO "2fa" DEFAULT VALUES;
INSERT INTO parted VALUES (7);
INSERT INTO readings VALUES (NULL, 1, NULL, '{}'), ('a', 1, NULL, '{"x": 1}'), ('b', 2, 3, '{}');
INSERT INTO other.readings VALUES ('a', 1, 1, '{}'), ('a', 2, 2, '{}'), ('b', 3, 7, '{}');
REFRESH MATERIALIZED VIEW stored;
REFRESH MATERIALIZED VIEW indexed;
