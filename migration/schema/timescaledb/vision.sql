-- The finished schema of the area vision. Written by `make schema`, never edited by hand.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TYPE aimodel AS ENUM ('nemotron', 'florence2', 'yolo_world', 'xclip', 'fashion_clip');

CREATE TYPE alert_severity AS ENUM ('low', 'medium', 'high', 'critical');

CREATE TYPE alert_status AS ENUM ('pending', 'delivered', 'acknowledged', 'dismissed');

CREATE TYPE entity_type AS ENUM ('person', 'vehicle', 'animal', 'package', 'other');

CREATE TYPE feedback_type AS ENUM ('accurate', 'false_positive', 'missed_threat', 'severity_wrong', 'wrong_object', 'wrong_person', 'duplicate_event', 'wrong_zone');

CREATE TYPE trust_status AS ENUM ('trusted', 'untrusted', 'unknown');

CREATE TYPE zone_shape_enum AS ENUM ('rectangle', 'polygon');

CREATE TYPE zone_type_enum AS ENUM ('entry_point', 'driveway', 'sidewalk', 'yard', 'other');

CREATE SEQUENCE activity_baselines_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE alert_rules_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE alerts_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE api_keys_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE audit_logs_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE camera_notification_settings_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE cameras_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE class_baselines_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE detections_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE entities_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE event_audits_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE events_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE gpu_stats_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE job_transitions_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE logs_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE notification_preferences_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE prompt_configs_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE prompt_versions_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE quiet_hours_periods_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE scene_changes_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE user_calibration_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE user_feedback_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE SEQUENCE zones_id_seq AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807;

CREATE TABLE alert_rules (
    id bigint NOT NULL DEFAULT nextval('alert_rules_id_seq'::regclass),
    name character varying(255) NOT NULL,
    description text,
    enabled boolean NOT NULL DEFAULT true,
    severity alert_severity NOT NULL DEFAULT 'medium'::alert_severity,
    risk_threshold integer,
    min_confidence double precision,
    object_types jsonb,
    conditions jsonb,
    cooldown_seconds integer NOT NULL DEFAULT 300,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    deleted_at timestamp with time zone,
    PRIMARY KEY (id),
    CONSTRAINT alert_rules_confidence_range_check CHECK (((min_confidence >= (0)::double precision) AND (min_confidence <= (1)::double precision))),
    CONSTRAINT alert_rules_cooldown_seconds_check CHECK ((cooldown_seconds >= 0)),
    CONSTRAINT alert_rules_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alert_rules_deleted_at_check CHECK (((deleted_at >= to_timestamp((0)::double precision)) AND (deleted_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alert_rules_min_confidence_check CHECK (((min_confidence > '-Infinity'::double precision) AND (min_confidence < 'Infinity'::double precision))),
    CONSTRAINT alert_rules_name_check CHECK (((name)::text <> ''::text)),
    CONSTRAINT alert_rules_risk_range_check CHECK (((risk_threshold >= 0) AND (risk_threshold <= 100))),
    CONSTRAINT alert_rules_risk_threshold_check CHECK ((risk_threshold >= 0)),
    CONSTRAINT alert_rules_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE api_keys (
    id bigint NOT NULL DEFAULT nextval('api_keys_id_seq'::regclass),
    name character varying(100) NOT NULL,
    key_hash character varying(64) NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT api_keys_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT api_keys_key_hash_check CHECK (((key_hash)::text <> ''::text)),
    CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
    CONSTRAINT api_keys_key_hash_length_check CHECK ((length((key_hash)::text) = 64)),
    CONSTRAINT api_keys_last_used_at_check CHECK (((last_used_at >= to_timestamp((0)::double precision)) AND (last_used_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT api_keys_name_check CHECK (((name)::text <> ''::text))
);

CREATE TABLE audit_logs (
    id bigint NOT NULL DEFAULT nextval('audit_logs_id_seq'::regclass),
    "timestamp" timestamp with time zone NOT NULL DEFAULT now(),
    action character varying(50) NOT NULL,
    resource_type character varying(50) NOT NULL,
    resource_id character varying(255),
    actor character varying(100) NOT NULL,
    ip_address character varying(45),
    user_agent text,
    details jsonb,
    status character varying(20) NOT NULL DEFAULT 'success'::character varying,
    PRIMARY KEY (id),
    CONSTRAINT audit_logs_action_check CHECK (((action)::text <> ''::text)),
    CONSTRAINT audit_logs_actor_check CHECK (((actor)::text <> ''::text)),
    CONSTRAINT audit_logs_ip_address_check CHECK (((ip_address)::text <> ''::text)),
    CONSTRAINT audit_logs_resource_id_check CHECK (((resource_id)::text <> ''::text)),
    CONSTRAINT audit_logs_resource_type_check CHECK (((resource_type)::text <> ''::text)),
    CONSTRAINT audit_logs_status_check CHECK (((status)::text <> ''::text)),
    CONSTRAINT audit_logs_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE cameras (
    id bigint NOT NULL DEFAULT nextval('cameras_id_seq'::regclass),
    name character varying(255) NOT NULL,
    folder_path character varying(500) NOT NULL,
    status character varying(20) NOT NULL DEFAULT 'online'::character varying,
    created_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone,
    timezone character varying(50) NOT NULL DEFAULT 'UTC'::character varying,
    deleted_at timestamp with time zone,
    PRIMARY KEY (id),
    CONSTRAINT cameras_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT cameras_deleted_at_check CHECK (((deleted_at >= to_timestamp((0)::double precision)) AND (deleted_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT cameras_folder_path_check CHECK (((folder_path)::text <> ''::text)),
    CONSTRAINT cameras_last_seen_at_check CHECK (((last_seen_at >= to_timestamp((0)::double precision)) AND (last_seen_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT cameras_name_check CHECK (((name)::text <> ''::text)),
    CONSTRAINT cameras_status_check CHECK (((status)::text <> ''::text)),
    CONSTRAINT cameras_timezone_check CHECK (((timezone)::text <> ''::text))
);

CREATE TABLE activity_baselines (
    id bigint NOT NULL DEFAULT nextval('activity_baselines_id_seq'::regclass),
    camera_id bigint NOT NULL,
    hour integer NOT NULL,
    day_of_week integer NOT NULL,
    rate double precision NOT NULL DEFAULT 0,
    weight double precision NOT NULL DEFAULT 0,
    sample_count integer NOT NULL DEFAULT 0,
    last_updated timestamp with time zone NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT activity_baselines_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT activity_baselines_camera_id_hour_day_of_week_key UNIQUE (camera_id, hour, day_of_week),
    CONSTRAINT activity_baselines_day_of_week_check CHECK ((day_of_week >= 0)),
    CONSTRAINT activity_baselines_day_range_check CHECK (((day_of_week >= 0) AND (day_of_week <= 6))),
    CONSTRAINT activity_baselines_hour_check CHECK ((hour >= 0)),
    CONSTRAINT activity_baselines_hour_range_check CHECK (((hour >= 0) AND (hour <= 23))),
    CONSTRAINT activity_baselines_last_updated_check CHECK (((last_updated >= to_timestamp((0)::double precision)) AND (last_updated < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT activity_baselines_rate_check CHECK (((rate > '-Infinity'::double precision) AND (rate < 'Infinity'::double precision))),
    CONSTRAINT activity_baselines_sample_count_check CHECK ((sample_count >= 0)),
    CONSTRAINT activity_baselines_weight_check CHECK (((weight > '-Infinity'::double precision) AND (weight < 'Infinity'::double precision)))
);

CREATE TABLE camera_notification_settings (
    id bigint NOT NULL DEFAULT nextval('camera_notification_settings_id_seq'::regclass),
    camera_id bigint NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    risk_threshold integer NOT NULL DEFAULT 0,
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT camera_notification_settings_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT camera_notification_settings_camera_id_key UNIQUE (camera_id),
    CONSTRAINT camera_notification_settings_risk_threshold_check CHECK ((risk_threshold >= 0)),
    CONSTRAINT camera_notification_settings_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE class_baselines (
    id bigint NOT NULL DEFAULT nextval('class_baselines_id_seq'::regclass),
    camera_id bigint NOT NULL,
    detection_class character varying(50) NOT NULL,
    hour integer NOT NULL,
    frequency double precision NOT NULL DEFAULT 0,
    weight double precision NOT NULL DEFAULT 0,
    sample_count integer NOT NULL DEFAULT 0,
    last_updated timestamp with time zone NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT class_baselines_camera_id_detection_class_hour_key UNIQUE (camera_id, detection_class, hour),
    CONSTRAINT class_baselines_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT class_baselines_detection_class_check CHECK (((detection_class)::text <> ''::text)),
    CONSTRAINT class_baselines_frequency_check CHECK (((frequency > '-Infinity'::double precision) AND (frequency < 'Infinity'::double precision))),
    CONSTRAINT class_baselines_hour_check CHECK ((hour >= 0)),
    CONSTRAINT class_baselines_hour_range_check CHECK (((hour >= 0) AND (hour <= 23))),
    CONSTRAINT class_baselines_last_updated_check CHECK (((last_updated >= to_timestamp((0)::double precision)) AND (last_updated < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT class_baselines_sample_count_check CHECK ((sample_count >= 0)),
    CONSTRAINT class_baselines_weight_check CHECK (((weight > '-Infinity'::double precision) AND (weight < 'Infinity'::double precision)))
);

CREATE TABLE detections (
    id bigint NOT NULL DEFAULT nextval('detections_id_seq'::regclass),
    camera_id bigint NOT NULL,
    detected_at timestamp with time zone NOT NULL,
    file_path character varying(500) NOT NULL,
    object_type character varying(50),
    confidence double precision,
    bbox_x integer,
    bbox_y integer,
    bbox_width integer,
    bbox_height integer,
    thumbnail_path character varying(500),
    enrichment_data jsonb,
    search_vector tsvector,
    PRIMARY KEY (id, detected_at),
    CONSTRAINT detections_bbox_height_check CHECK ((bbox_height >= 0)),
    CONSTRAINT detections_bbox_width_check CHECK ((bbox_width >= 0)),
    CONSTRAINT detections_bbox_x_check CHECK ((bbox_x >= 0)),
    CONSTRAINT detections_bbox_y_check CHECK ((bbox_y >= 0)),
    CONSTRAINT detections_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT detections_confidence_check CHECK (((confidence > '-Infinity'::double precision) AND (confidence < 'Infinity'::double precision))),
    CONSTRAINT detections_confidence_range_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
    CONSTRAINT detections_detected_at_check CHECK (((detected_at >= to_timestamp((0)::double precision)) AND (detected_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT detections_file_path_check CHECK (((file_path)::text <> ''::text)),
    CONSTRAINT detections_object_type_check CHECK (((object_type)::text <> ''::text)),
    CONSTRAINT detections_thumbnail_path_check CHECK (((thumbnail_path)::text <> ''::text))
);

CREATE TABLE entities (
    id bigint NOT NULL DEFAULT nextval('entities_id_seq'::regclass),
    entity_type entity_type NOT NULL,
    label character varying(255),
    embedding jsonb,
    attributes jsonb,
    first_seen_at timestamp with time zone NOT NULL DEFAULT now(),
    last_seen_at timestamp with time zone NOT NULL DEFAULT now(),
    detection_count integer NOT NULL DEFAULT 0,
    trust_status trust_status NOT NULL DEFAULT 'unknown'::trust_status,
    PRIMARY KEY (id),
    CONSTRAINT entities_detection_count_check CHECK ((detection_count >= 0)),
    CONSTRAINT entities_first_seen_at_check CHECK (((first_seen_at >= to_timestamp((0)::double precision)) AND (first_seen_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT entities_label_check CHECK (((label)::text <> ''::text)),
    CONSTRAINT entities_last_seen_at_check CHECK (((last_seen_at >= to_timestamp((0)::double precision)) AND (last_seen_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE entity_detections (
    entity_id bigint NOT NULL,
    detection_id bigint NOT NULL,
    similarity double precision,
    PRIMARY KEY (entity_id, detection_id),
    CONSTRAINT entity_detections_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities(id) ON DELETE CASCADE,
    CONSTRAINT entity_detections_similarity_check CHECK (((similarity > '-Infinity'::double precision) AND (similarity < 'Infinity'::double precision)))
);

CREATE TABLE events (
    id bigint NOT NULL DEFAULT nextval('events_id_seq'::regclass),
    camera_id bigint NOT NULL,
    batch_id character varying(100) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    risk integer,
    summary text,
    reasoning text,
    reviewed boolean NOT NULL DEFAULT false,
    notes text,
    object_types text,
    search_vector tsvector,
    clip_path character varying(500),
    llm_prompt text,
    deleted_at timestamp with time zone,
    PRIMARY KEY (id),
    CONSTRAINT events_batch_id_check CHECK (((batch_id)::text <> ''::text)),
    CONSTRAINT events_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT events_clip_path_check CHECK (((clip_path)::text <> ''::text)),
    CONSTRAINT events_deleted_at_check CHECK (((deleted_at >= to_timestamp((0)::double precision)) AND (deleted_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT events_ended_at_check CHECK (((ended_at >= to_timestamp((0)::double precision)) AND (ended_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT events_period_check CHECK ((ended_at >= started_at)),
    CONSTRAINT events_risk_check CHECK ((risk >= 0)),
    CONSTRAINT events_risk_range_check CHECK (((risk >= 0) AND (risk <= 100))),
    CONSTRAINT events_started_at_check CHECK (((started_at >= to_timestamp((0)::double precision)) AND (started_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE alerts (
    id bigint NOT NULL DEFAULT nextval('alerts_id_seq'::regclass),
    event_id bigint NOT NULL,
    rule_id bigint,
    severity alert_severity NOT NULL DEFAULT 'medium'::alert_severity,
    status alert_status NOT NULL DEFAULT 'pending'::alert_status,
    channels jsonb,
    details jsonb,
    delivered_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    dedup_key character varying(255),
    snooze_until timestamp with time zone,
    version_id integer NOT NULL DEFAULT 1,
    PRIMARY KEY (id),
    CONSTRAINT alerts_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_dedup_key_check CHECK (((dedup_key)::text <> ''::text)),
    CONSTRAINT alerts_delivered_at_check CHECK (((delivered_at >= to_timestamp((0)::double precision)) AND (delivered_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE,
    CONSTRAINT alerts_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alert_rules(id) ON DELETE SET NULL,
    CONSTRAINT alerts_snooze_until_check CHECK (((snooze_until >= to_timestamp((0)::double precision)) AND (snooze_until < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT alerts_version_id_check CHECK ((version_id >= 0))
);

CREATE TABLE event_audits (
    id bigint NOT NULL DEFAULT nextval('event_audits_id_seq'::regclass),
    event_id bigint NOT NULL,
    audited_at timestamp with time zone NOT NULL DEFAULT now(),
    is_fully_evaluated boolean NOT NULL DEFAULT false,
    context_usage_score double precision,
    reasoning_coherence_score double precision,
    risk_justification_score double precision,
    consistency_score double precision,
    overall_quality_score double precision,
    critique text,
    missing_context jsonb,
    PRIMARY KEY (id),
    CONSTRAINT event_audits_audited_at_check CHECK (((audited_at >= to_timestamp((0)::double precision)) AND (audited_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT event_audits_consistency_score_check CHECK (((consistency_score > '-Infinity'::double precision) AND (consistency_score < 'Infinity'::double precision))),
    CONSTRAINT event_audits_context_usage_score_check CHECK (((context_usage_score > '-Infinity'::double precision) AND (context_usage_score < 'Infinity'::double precision))),
    CONSTRAINT event_audits_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE,
    CONSTRAINT event_audits_event_id_key UNIQUE (event_id),
    CONSTRAINT event_audits_overall_quality_score_check CHECK (((overall_quality_score > '-Infinity'::double precision) AND (overall_quality_score < 'Infinity'::double precision))),
    CONSTRAINT event_audits_quality_range_check CHECK (((overall_quality_score >= (1)::double precision) AND (overall_quality_score <= (5)::double precision))),
    CONSTRAINT event_audits_reasoning_coherence_score_check CHECK (((reasoning_coherence_score > '-Infinity'::double precision) AND (reasoning_coherence_score < 'Infinity'::double precision))),
    CONSTRAINT event_audits_risk_justification_score_check CHECK (((risk_justification_score > '-Infinity'::double precision) AND (risk_justification_score < 'Infinity'::double precision)))
);

CREATE TABLE event_detections (
    event_id bigint NOT NULL,
    detection_id bigint NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (event_id, detection_id),
    CONSTRAINT event_detections_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE,
    CONSTRAINT event_detections_place_check CHECK ((place >= 0))
);

CREATE TABLE gpu_stats (
    id bigint NOT NULL DEFAULT nextval('gpu_stats_id_seq'::regclass),
    recorded_at timestamp with time zone NOT NULL,
    gpu_name character varying(255),
    utilization double precision,
    memory_used integer,
    memory_total integer,
    temperature double precision,
    power_usage double precision,
    PRIMARY KEY (id, recorded_at),
    CONSTRAINT gpu_stats_gpu_name_check CHECK (((gpu_name)::text <> ''::text)),
    CONSTRAINT gpu_stats_memory_total_check CHECK ((memory_total >= 0)),
    CONSTRAINT gpu_stats_memory_used_check CHECK ((memory_used >= 0)),
    CONSTRAINT gpu_stats_power_usage_check CHECK (((power_usage > '-Infinity'::double precision) AND (power_usage < 'Infinity'::double precision))),
    CONSTRAINT gpu_stats_recorded_at_check CHECK (((recorded_at >= to_timestamp((0)::double precision)) AND (recorded_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT gpu_stats_temperature_check CHECK (((temperature > '-Infinity'::double precision) AND (temperature < 'Infinity'::double precision))),
    CONSTRAINT gpu_stats_utilization_check CHECK (((utilization > '-Infinity'::double precision) AND (utilization < 'Infinity'::double precision)))
);

CREATE TABLE job_transitions (
    id bigint NOT NULL DEFAULT nextval('job_transitions_id_seq'::regclass),
    job_id character varying(64) NOT NULL,
    from_status character varying(20),
    to_status character varying(20) NOT NULL,
    transitioned_at timestamp with time zone NOT NULL DEFAULT now(),
    reason text,
    PRIMARY KEY (id),
    CONSTRAINT job_transitions_from_status_check CHECK (((from_status)::text <> ''::text)),
    CONSTRAINT job_transitions_job_id_check CHECK (((job_id)::text <> ''::text)),
    CONSTRAINT job_transitions_to_status_check CHECK (((to_status)::text <> ''::text)),
    CONSTRAINT job_transitions_transitioned_at_check CHECK (((transitioned_at >= to_timestamp((0)::double precision)) AND (transitioned_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE logs (
    id bigint NOT NULL DEFAULT nextval('logs_id_seq'::regclass),
    "timestamp" timestamp with time zone NOT NULL,
    level character varying(10) NOT NULL,
    component character varying(50) NOT NULL,
    message text NOT NULL,
    camera_id bigint,
    request_id character varying(36),
    duration_ms integer,
    extra jsonb,
    PRIMARY KEY (id, "timestamp"),
    CONSTRAINT logs_component_check CHECK (((component)::text <> ''::text)),
    CONSTRAINT logs_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT logs_level_check CHECK (((level)::text <> ''::text)),
    CONSTRAINT logs_request_id_check CHECK (((request_id)::text <> ''::text)),
    CONSTRAINT logs_timestamp_check CHECK ((("timestamp" >= to_timestamp((0)::double precision)) AND ("timestamp" < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE notification_preferences (
    id bigint NOT NULL DEFAULT nextval('notification_preferences_id_seq'::regclass),
    enabled boolean NOT NULL DEFAULT true,
    sound character varying(50) NOT NULL DEFAULT 'default'::character varying,
    risk_filters jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT notification_preferences_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT notification_preferences_sound_check CHECK (((sound)::text <> ''::text)),
    CONSTRAINT notification_preferences_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

CREATE TABLE prompt_configs (
    id bigint NOT NULL DEFAULT nextval('prompt_configs_id_seq'::regclass),
    model character varying(50) NOT NULL,
    system_prompt text NOT NULL,
    temperature double precision NOT NULL DEFAULT 0.7,
    max_tokens integer NOT NULL DEFAULT 2048,
    version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT prompt_configs_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT prompt_configs_max_tokens_check CHECK ((max_tokens >= 0)),
    CONSTRAINT prompt_configs_model_check CHECK (((model)::text <> ''::text)),
    CONSTRAINT prompt_configs_model_key UNIQUE (model),
    CONSTRAINT prompt_configs_temperature_check CHECK (((temperature > '-Infinity'::double precision) AND (temperature < 'Infinity'::double precision))),
    CONSTRAINT prompt_configs_temperature_range_check CHECK (((temperature >= (0)::double precision) AND (temperature <= (2)::double precision))),
    CONSTRAINT prompt_configs_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT prompt_configs_version_check CHECK ((version >= 0))
);

CREATE TABLE prompt_versions (
    id bigint NOT NULL DEFAULT nextval('prompt_versions_id_seq'::regclass),
    model aimodel NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    created_by character varying(255),
    config jsonb NOT NULL,
    change_description text,
    is_active boolean NOT NULL DEFAULT false,
    performance_score double precision,
    row_version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (id),
    CONSTRAINT prompt_versions_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT prompt_versions_created_by_check CHECK (((created_by)::text <> ''::text)),
    CONSTRAINT prompt_versions_first_version_check CHECK ((version > 0)),
    CONSTRAINT prompt_versions_performance_score_check CHECK (((performance_score > '-Infinity'::double precision) AND (performance_score < 'Infinity'::double precision))),
    CONSTRAINT prompt_versions_row_version_check CHECK ((row_version >= 0)),
    CONSTRAINT prompt_versions_version_check CHECK ((version >= 0))
);

CREATE TABLE quiet_hours_periods (
    id bigint NOT NULL DEFAULT nextval('quiet_hours_periods_id_seq'::regclass),
    label character varying(255) NOT NULL,
    start_time character varying(5) NOT NULL,
    end_time character varying(5) NOT NULL,
    days jsonb,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT quiet_hours_periods_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT quiet_hours_periods_end_time_check CHECK (((end_time)::text <> ''::text)),
    CONSTRAINT quiet_hours_periods_label_check CHECK (((label)::text <> ''::text)),
    CONSTRAINT quiet_hours_periods_length_check CHECK (((length((start_time)::text) = 5) AND (length((end_time)::text) = 5))),
    CONSTRAINT quiet_hours_periods_start_time_check CHECK (((start_time)::text <> ''::text))
);

CREATE TABLE scene_changes (
    id bigint NOT NULL DEFAULT nextval('scene_changes_id_seq'::regclass),
    camera_id bigint NOT NULL,
    detected_at timestamp with time zone NOT NULL DEFAULT now(),
    similarity double precision NOT NULL,
    file_path character varying(500),
    reviewed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (id),
    CONSTRAINT scene_changes_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT scene_changes_detected_at_check CHECK (((detected_at >= to_timestamp((0)::double precision)) AND (detected_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT scene_changes_file_path_check CHECK (((file_path)::text <> ''::text)),
    CONSTRAINT scene_changes_similarity_check CHECK (((similarity > '-Infinity'::double precision) AND (similarity < 'Infinity'::double precision))),
    CONSTRAINT scene_changes_similarity_range_check CHECK (((similarity >= (0)::double precision) AND (similarity <= (1)::double precision)))
);

CREATE TABLE user_calibration (
    id bigint NOT NULL DEFAULT nextval('user_calibration_id_seq'::regclass),
    user_id character varying(255) NOT NULL,
    low_threshold integer NOT NULL DEFAULT 30,
    medium_threshold integer NOT NULL DEFAULT 60,
    high_threshold integer NOT NULL DEFAULT 85,
    decay_factor double precision NOT NULL DEFAULT 0.1,
    false_positive_count integer NOT NULL DEFAULT 0,
    missed_threat_count integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT user_calibration_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT user_calibration_decay_factor_check CHECK (((decay_factor > '-Infinity'::double precision) AND (decay_factor < 'Infinity'::double precision))),
    CONSTRAINT user_calibration_false_positive_count_check CHECK ((false_positive_count >= 0)),
    CONSTRAINT user_calibration_high_threshold_check CHECK ((high_threshold >= 0)),
    CONSTRAINT user_calibration_low_threshold_check CHECK ((low_threshold >= 0)),
    CONSTRAINT user_calibration_medium_threshold_check CHECK ((medium_threshold >= 0)),
    CONSTRAINT user_calibration_missed_threat_count_check CHECK ((missed_threat_count >= 0)),
    CONSTRAINT user_calibration_order_check CHECK (((low_threshold < medium_threshold) AND (medium_threshold < high_threshold) AND (high_threshold <= 100))),
    CONSTRAINT user_calibration_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT user_calibration_user_id_check CHECK (((user_id)::text <> ''::text)),
    CONSTRAINT user_calibration_user_id_key UNIQUE (user_id)
);

CREATE TABLE user_feedback (
    id bigint NOT NULL DEFAULT nextval('user_feedback_id_seq'::regclass),
    event_id bigint NOT NULL,
    feedback_type feedback_type NOT NULL,
    notes text,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT user_feedback_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT user_feedback_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(id) ON DELETE CASCADE,
    CONSTRAINT user_feedback_event_id_key UNIQUE (event_id)
);

CREATE TABLE zones (
    id bigint NOT NULL DEFAULT nextval('zones_id_seq'::regclass),
    camera_id bigint NOT NULL,
    name character varying(255) NOT NULL,
    zone_type zone_type_enum NOT NULL DEFAULT 'other'::zone_type_enum,
    coordinates jsonb NOT NULL,
    shape zone_shape_enum NOT NULL DEFAULT 'rectangle'::zone_shape_enum,
    color character varying(7) NOT NULL DEFAULT '#3B82F6'::character varying,
    enabled boolean NOT NULL DEFAULT true,
    priority integer NOT NULL DEFAULT 0,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    deleted_at timestamp with time zone,
    PRIMARY KEY (id),
    CONSTRAINT zones_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES cameras(id) ON DELETE CASCADE,
    CONSTRAINT zones_color_check CHECK (((color)::text <> ''::text)),
    CONSTRAINT zones_created_at_check CHECK (((created_at >= to_timestamp((0)::double precision)) AND (created_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT zones_deleted_at_check CHECK (((deleted_at >= to_timestamp((0)::double precision)) AND (deleted_at < to_timestamp(('253402300800'::bigint)::double precision)))),
    CONSTRAINT zones_name_check CHECK (((name)::text <> ''::text)),
    CONSTRAINT zones_priority_check CHECK ((priority >= 0)),
    CONSTRAINT zones_updated_at_check CHECK (((updated_at >= to_timestamp((0)::double precision)) AND (updated_at < to_timestamp(('253402300800'::bigint)::double precision))))
);

ALTER SEQUENCE activity_baselines_id_seq OWNED BY activity_baselines.id;

ALTER SEQUENCE alert_rules_id_seq OWNED BY alert_rules.id;

ALTER SEQUENCE alerts_id_seq OWNED BY alerts.id;

ALTER SEQUENCE api_keys_id_seq OWNED BY api_keys.id;

ALTER SEQUENCE audit_logs_id_seq OWNED BY audit_logs.id;

ALTER SEQUENCE camera_notification_settings_id_seq OWNED BY camera_notification_settings.id;

ALTER SEQUENCE cameras_id_seq OWNED BY cameras.id;

ALTER SEQUENCE class_baselines_id_seq OWNED BY class_baselines.id;

ALTER SEQUENCE detections_id_seq OWNED BY detections.id;

ALTER SEQUENCE entities_id_seq OWNED BY entities.id;

ALTER SEQUENCE event_audits_id_seq OWNED BY event_audits.id;

ALTER SEQUENCE events_id_seq OWNED BY events.id;

ALTER SEQUENCE gpu_stats_id_seq OWNED BY gpu_stats.id;

ALTER SEQUENCE job_transitions_id_seq OWNED BY job_transitions.id;

ALTER SEQUENCE logs_id_seq OWNED BY logs.id;

ALTER SEQUENCE notification_preferences_id_seq OWNED BY notification_preferences.id;

ALTER SEQUENCE prompt_configs_id_seq OWNED BY prompt_configs.id;

ALTER SEQUENCE prompt_versions_id_seq OWNED BY prompt_versions.id;

ALTER SEQUENCE quiet_hours_periods_id_seq OWNED BY quiet_hours_periods.id;

ALTER SEQUENCE scene_changes_id_seq OWNED BY scene_changes.id;

ALTER SEQUENCE user_calibration_id_seq OWNED BY user_calibration.id;

ALTER SEQUENCE user_feedback_id_seq OWNED BY user_feedback.id;

ALTER SEQUENCE zones_id_seq OWNED BY zones.id;

SELECT create_hypertable('detections', by_range('detected_at', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('gpu_stats', by_range('recorded_at', INTERVAL '7 days'), create_default_indexes => false);

SELECT create_hypertable('logs', by_range('timestamp', INTERVAL '7 days'), create_default_indexes => false);

CREATE OR REPLACE FUNCTION detections_search_vector_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.search_vector := setweight(to_tsvector('english', coalesce(NEW.object_type, '')), 'A')
    || setweight(to_tsvector('english', coalesce(NEW.file_path, '')), 'D');
  RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION events_search_vector_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.search_vector := setweight(to_tsvector('english', coalesce(NEW.summary, '')), 'A')
    || setweight(to_tsvector('english', coalesce(NEW.reasoning, '')), 'C')
    || setweight(to_tsvector('english', coalesce(NEW.object_types, '')), 'B');
  RETURN NEW;
END $function$
;

CREATE INDEX alerts_event_id_created_at_idx ON alerts USING btree (event_id, created_at DESC, id DESC);

CREATE INDEX alerts_rule_id_created_at_idx ON alerts USING btree (rule_id, created_at DESC, id DESC);

CREATE INDEX audit_logs_actor_timestamp_idx ON audit_logs USING btree (actor, "timestamp" DESC, id DESC);

CREATE INDEX audit_logs_resource_type_resource_id_timestamp_idx ON audit_logs USING btree (resource_type, resource_id, "timestamp" DESC, id DESC);

CREATE INDEX audit_logs_timestamp_idx ON audit_logs USING btree ("timestamp" DESC, id DESC);

CREATE UNIQUE INDEX cameras_folder_path_key ON cameras USING btree (folder_path);

CREATE UNIQUE INDEX cameras_name_key ON cameras USING btree (name);

CREATE INDEX entities_entity_type_last_seen_at_idx ON entities USING btree (entity_type, last_seen_at DESC, id DESC);

CREATE INDEX event_audits_audited_at_idx ON event_audits USING btree (audited_at DESC, id DESC);

CREATE INDEX idx_alert_rules_enabled ON alert_rules USING btree (name) WHERE enabled;

CREATE INDEX idx_alert_rules_object_types ON alert_rules USING gin (object_types);

CREATE INDEX idx_alert_rules_present ON alert_rules USING btree (name) WHERE (deleted_at IS NULL);

CREATE INDEX idx_alerts_dedup_key ON alerts USING btree (dedup_key, created_at);

CREATE INDEX idx_alerts_page ON alerts USING btree (created_at DESC, id DESC) INCLUDE (event_id, severity, status);

CREATE INDEX idx_alerts_status_created_at ON alerts USING btree (status, created_at DESC);

CREATE INDEX idx_cameras_name_trgm ON cameras USING gin (name gin_trgm_ops);

CREATE INDEX idx_cameras_present ON cameras USING btree (name) WHERE (deleted_at IS NULL);

CREATE INDEX idx_detections_camera_object_time ON detections USING btree (camera_id, object_type, detected_at);

CREATE INDEX idx_detections_camera_object_type ON detections USING btree (camera_id, object_type);

CREATE INDEX idx_detections_camera_time ON detections USING btree (camera_id, detected_at);

CREATE INDEX idx_detections_detected_at_brin ON detections USING brin (detected_at);

CREATE INDEX idx_detections_enrichment_data ON detections USING gin (enrichment_data);

CREATE INDEX idx_detections_object_type_time ON detections USING btree (object_type, detected_at DESC);

CREATE INDEX idx_detections_page ON detections USING btree (detected_at DESC, id DESC) INCLUDE (camera_id, object_type, confidence);

CREATE INDEX idx_detections_search ON detections USING gin (search_vector);

CREATE INDEX idx_entity_detections_detection ON entity_detections USING btree (detection_id);

CREATE INDEX idx_event_detections_detection ON event_detections USING btree (detection_id);

CREATE INDEX idx_events_backlog ON events USING btree (risk DESC, started_at DESC) WHERE (NOT reviewed);

CREATE INDEX idx_events_camera_started_at ON events USING btree (camera_id, started_at DESC);

CREATE INDEX idx_events_object_types_trgm ON events USING gin (object_types gin_trgm_ops);

CREATE INDEX idx_events_page ON events USING btree (started_at DESC, id DESC) INCLUDE (camera_id, risk, reviewed);

CREATE INDEX idx_events_present ON events USING btree (started_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX idx_events_risk_started_at ON events USING btree (risk DESC, started_at DESC);

CREATE INDEX idx_events_search ON events USING gin (search_vector);

CREATE INDEX idx_events_started_at ON events USING btree (started_at);

CREATE INDEX idx_events_summary_trgm ON events USING gin (summary gin_trgm_ops);

CREATE INDEX idx_events_unreviewed ON events USING btree (started_at DESC) WHERE (NOT reviewed);

CREATE INDEX idx_gpu_stats_recorded_at_brin ON gpu_stats USING brin (recorded_at);

CREATE INDEX idx_logs_timestamp ON logs USING btree ("timestamp");

CREATE INDEX idx_logs_timestamp_brin ON logs USING brin ("timestamp");

CREATE INDEX idx_prompt_versions_active ON prompt_versions USING btree (model) WHERE is_active;

CREATE INDEX idx_zones_enabled ON zones USING btree (camera_id, priority DESC) WHERE enabled;

CREATE INDEX idx_zones_present ON zones USING btree (camera_id) WHERE (deleted_at IS NULL);

CREATE INDEX job_transitions_job_id_transitioned_at_idx ON job_transitions USING btree (job_id, transitioned_at DESC, id DESC);

CREATE INDEX prompt_versions_model_created_at_idx ON prompt_versions USING btree (model, created_at DESC, id DESC);

CREATE UNIQUE INDEX prompt_versions_model_version_key ON prompt_versions USING btree (model, version);

CREATE INDEX scene_changes_camera_id_detected_at_idx ON scene_changes USING btree (camera_id, detected_at DESC, id DESC);

CREATE INDEX zones_camera_id_created_at_idx ON zones USING btree (camera_id, created_at DESC, id DESC);

CREATE TRIGGER detections_search_vector BEFORE INSERT OR UPDATE ON detections FOR EACH ROW EXECUTE FUNCTION detections_search_vector_update();

CREATE TRIGGER events_search_vector BEFORE INSERT OR UPDATE ON events FOR EACH ROW EXECUTE FUNCTION events_search_vector_update();
