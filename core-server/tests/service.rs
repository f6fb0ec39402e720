//! The service from outside, without a network: requests go to the router.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header, request::Builder},
    response::Response,
};
use chrono::{TimeDelta, Utc};
use clap::Parser;
use core_server::{App, LARGEST_BODY, example, feed::Feed, settings::Settings, start};
use core_server_adapter::{Database, DatabaseConfig, telemetry::Telemetry};
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tests::{Backend, TestDatabase, json_schema::faults, own::Cluster};
use tokio::{
    sync::mpsc,
    task::{JoinSet, block_in_place},
    time::sleep,
};
use tower::ServiceExt;

/// Text that would be markup, a script, an address or another direction if it were not escaped.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&%2F/../\u{202e}'; DROP TABLE alarms; --";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Clone)]
struct Service(App);

impl Service {
    async fn in_memory(arguments: &[&str]) -> Self {
        let settings = Settings::parse_from([&["core-server"], arguments].concat());
        let (alarms, telemetry) = (Database::in_memory().await.unwrap(), Telemetry::in_memory().await.unwrap());
        Self(App::new(alarms, telemetry, &settings))
    }

    async fn send(&self, request: Builder, body: impl Into<Body>) -> Response {
        self.0.router().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.send(request(Method::GET, path), Body::empty()).await;
        (response.status(), text(response).await)
    }

    async fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path} {body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        let response = self.send(request, body.to_string()).await;
        let (status, text) = (response.status(), text(response).await);
        (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}")))
    }

    async fn raise(&self, alarm: &Value) -> String {
        let (status, raised) = self.post("/api/alarms", alarm).await;
        assert_eq!(status, StatusCode::CREATED, "{raised}");
        raised["ids"][0].as_str().unwrap().to_owned()
    }

    /// The stream from now on, or after an event: so many events, and what comes at once behind them.
    async fn events(&self, after: Option<&str>, expected: usize) -> String {
        let mut request = request(Method::GET, "/api/alarms/stream");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let mut body = self.send(request, Body::empty()).await.into_body();
        let mut events = String::new();
        loop {
            let is_all = events.matches("event: ").count() >= expected;
            let patience = if is_all { Duration::from_millis(100) } else { Duration::from_secs(10) };
            let Ok(Some(Ok(frame))) = tokio::time::timeout(patience, body.frame()).await else { break };
            events.push_str(str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        events
    }
}

fn request(method: Method, path: &str) -> Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080")
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn alarm(sensor: &str, message: &str) -> Value {
    json!({ "raised_at": Utc::now(), "sensor_id": sensor, "severity": "warning", "origin": "threshold", "message": message })
}

#[tokio::test]
async fn an_alarm_goes_its_way() {
    let service = Service::in_memory(&[]).await;
    let id = service.raise(&alarm("pump-2", "hot")).await;
    let acknowledge =
        async |by: &str| service.post(&format!("/api/alarms/{id}/acknowledge"), &json!({ "by": by })).await;
    let (status, done) = acknowledge("ana").await;
    assert_eq!(
        (status, &done["first"], &done["alarm"]["acknowledged_by"]),
        (StatusCode::OK, &json!(true), &json!("ana"))
    );
    let (_, again) = acknowledge("bo").await;
    assert_eq!((&again["first"], &again["alarm"]["acknowledged_by"]), (&json!(false), &json!("ana")));
    let (_, resolved) = service.post(&format!("/api/alarms/{id}/resolve"), &json!({ "by": "bo" })).await;
    assert_eq!(resolved["status"], "resolved");
    let (status, refused) = acknowledge("bo").await;
    assert_eq!((status, &refused["title"]), (StatusCode::CONFLICT, &json!("Conflict")));
    assert_eq!(service.json("/api/alarms/counts?open=true").await, json!([]));
    let judge = |verdict: &str| json!({ "by": "cleo", "verdict": verdict, "note": "belt changed" });
    let (_, judged) = service.post(&format!("/api/alarms/{id}/verdict"), &judge("false_alarm")).await;
    assert_eq!((&judged["verdict"], &judged["actor"]), (&json!("false_alarm"), &json!("cleo")));
    let (status, _) = service.post(&format!("/api/alarms/{id}/verdict"), &judge("perhaps")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let history = service.json(&format!("/api/alarms/{id}/history")).await;
    let did: Vec<_> =
        history.as_array().unwrap().iter().map(|one| (one["action"].as_str(), one["actor"].as_str())).collect();
    assert_eq!(
        did,
        [(Some("acknowledged"), Some("ana")), (Some("resolved"), Some("bo")), (Some("verdict"), Some("cleo"))]
    );
    let (status, _) = service.post(&format!("/api/alarms/{id}/seen"), &json!({ "at": Utc::now() })).await;
    assert_eq!(status, StatusCode::CONFLICT, "resolved ones are raised anew");
}

#[tokio::test]
async fn problems_name_field_and_row() {
    let service = Service::in_memory(&[]).await;
    let good = alarm("pump-2", "hot");
    let with = |field: &str, value: Value| {
        let mut alarm = good.clone();
        alarm[field] = value;
        alarm
    };
    for (sent, field, row) in [
        (json!([good, with("sensor_id", json!(""))]), json!("sensor_id"), json!(1)),
        (with("anomaly_score", json!(0.5)), json!("anomaly_score"), Value::Null),
        (json!([with("raised_at", json!("2999-01-01T00:00:00Z"))]), json!("raised_at"), json!(0)),
        (json!([good, with("site", json!(1))]), json!("site"), json!(1)),
        (with("severity", json!("bad")), json!("severity"), Value::Null),
        (json!([good, with("raised_at", json!("yesterday"))]), json!("raised_at"), json!(1)),
        (Value::Array(vec![good.clone(); 1_001]), json!("alarms"), Value::Null),
    ] {
        let (status, problem) = service.post("/api/alarms", &sent).await;
        assert_eq!((status.as_u16(), &problem["field"], &problem["row"]), (422, &field, &row), "{problem}");
        assert_eq!(problem["status"], 422);
    }
    assert_eq!(service.json("/api/alarms/counts").await, json!([]), "all or nothing");
    let readings = |value: Value| json!([{ "sensor_id": "s", "timestamp": Utc::now(), "value": 1.0 }, { "sensor_id": "s", "timestamp": Utc::now(), "value": value }]);
    let (status, problem) = service.post("/api/readings", &readings(json!("a"))).await;
    assert_eq!((status.as_u16(), &problem["row"], &problem["field"]), (422, &json!(1), &json!("value")), "{problem}");
    let problem = service.get("/api/alarms?origin=model").await.1;
    assert_eq!(serde_json::from_str::<Value>(&problem).unwrap()["field"], "origin", "{problem}");
    for (path, status) in [
        ("/api/alarms?origin=model", 400),
        ("/api/alarms?limit=0", 422),
        ("/api/alarms?cursor=x", 400),
        ("/api/alarms/7", 400),
        ("/api/alarms/00000000-0000-0000-0000-000000000000", 404),
        ("/api/sensors/x/readings?from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z", 422),
        ("/api/alarms/stream?after=x", 400),
        ("/nothing", 404),
    ] {
        let response = service.send(request(Method::GET, path), Body::empty()).await;
        let found = (response.status().as_u16(), response.headers()[header::CONTENT_TYPE].to_str().unwrap());
        assert_eq!(found, (status, "application/problem+json"), "{path}");
    }
    for (measures, status) in [("flow", 201), ("flow", 201), ("heat", 409)] {
        let (code, answer) = service.post("/api/sensors", &json!({ "sensor_id": "s", "type": measures })).await;
        assert_eq!(code.as_u16(), status, "{answer}");
    }
    let response = service.send(request(Method::DELETE, "/api/alarms"), Body::empty()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let (status, problem) = service.post("/api/alarms", &alarm("pump-2", &"a".repeat(LARGEST_BODY))).await;
    assert_eq!((status, &problem["status"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(413)));
    // A page says it in words.
    let (status, page) = service.get("/?origin=model").await;
    assert!(status == StatusCode::BAD_REQUEST && page.contains("role=\"alert\""), "{page}");
}

#[tokio::test]
async fn what_others_wrote_stays_text() {
    let service = Service::in_memory(&[]).await;
    let id = service.raise(&alarm(HOSTILE, HOSTILE)).await;
    let reading = |minutes| json!({ "sensor_id": HOSTILE, "timestamp": Utc::now() - TimeDelta::minutes(minutes), "value": 1.0, "unit": "<b>" });
    service.post("/api/sensors", &json!({ "sensor_id": HOSTILE, "type": HOSTILE })).await;
    service.post("/api/readings", &json!([reading(90), reading(91)])).await;
    service.post(&format!("/api/alarms/{id}/acknowledge"), &json!({ "by": HOSTILE })).await;
    let sensor = utf8_percent_encode(HOSTILE, NON_ALPHANUMERIC).to_string();
    for path in ["/", &format!("/?sensor={sensor}"), &format!("/alarms/{id}"), &format!("/alarms/{id}/row"), "/models"]
    {
        let (status, page) = service.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path} {page}");
        assert!(page.contains("&lt;img src=x onerror"), "{path} {page}");
        assert!(!page.contains("<img") && !page.contains("<b>") && !page.contains("style="), "{path}");
    }
    let all = "from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z&seconds=864000";
    let window = service.json(&format!("/api/sensors/{sensor}/readings?{all}")).await;
    assert_eq!(window[0]["count"], 2);
}

#[tokio::test]
async fn writes_need_the_token_where_one_is_set() {
    let service = Service::in_memory(&["--token", "secret"]).await;
    let raise = async |name: &str, value: &str| {
        let request =
            request(Method::POST, "/api/alarms").header(header::CONTENT_TYPE, "application/json").header(name, value);
        service.send(request, alarm("pump-2", "hot").to_string()).await.status().as_u16()
    };
    assert_eq!(raise("x-nothing", "").await, 401);
    assert_eq!(raise("authorization", "Bearer secre").await, 401);
    assert_eq!(raise("authorization", "Bearer secret").await, 201);
    assert_eq!(raise("cookie", "a=b; core_server_token=secret").await, 201);
    let id = service.json("/api/alarms").await["items"][0]["id"].as_str().unwrap().to_owned();
    for (form, status) in [("by=ana", 401), ("by=ana&token=no", 401), ("by=ana&token=secret", 303)] {
        let request = request(Method::POST, &format!("/alarms/{id}/acknowledge")).header(header::CONTENT_TYPE, FORM);
        let response = service.send(request, form).await;
        assert_eq!(response.status().as_u16(), status, "{form}");
        let mut cookies = response.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        assert_eq!(cookies.any(|line| line.contains("HttpOnly") && line.contains("SameSite=Strict")), status == 303);
    }
}

#[tokio::test]
async fn pages_of_others_neither_write_nor_read() {
    let service = Service::in_memory(&[]).await;
    let id = service.raise(&alarm("pump-2", "hot")).await;
    let write = async |headers: &[(&str, &str)]| {
        let request = Request::builder().method(Method::POST).uri(format!("/alarms/{id}/resolve"));
        let with = |request: Builder, (name, value): &(&str, &str)| request.header(*name, *value);
        service.send(headers.iter().fold(request.header(header::CONTENT_TYPE, FORM), with), "by=ana").await
    };
    let host = ("host", "localhost:8080");
    for (refused, status) in [
        (vec![host, ("sec-fetch-site", "cross-site")], 403),
        (vec![host, ("sec-fetch-site", "same-site")], 403),
        (vec![host, ("origin", "https://evil.example")], 403),
        (vec![host, ("origin", "http://localhost:9090")], 403),
        (vec![host, ("origin", "null")], 403),
        (vec![("host", "evil.example:8080"), ("origin", "http://evil.example:8080")], 421),
        (vec![], 421),
    ] {
        assert_eq!(write(&refused).await.status().as_u16(), status, "{refused:?}");
    }
    assert_eq!(service.json(&format!("/api/alarms/{id}")).await["status"], "active");
    // Back to where it was, and nowhere else.
    let of_others = "http://localhost:8080//evil.example/";
    for (referer, back) in
        [("http://localhost:8080/?status=open", "/?status=open"), (of_others, "/"), ("no address", "/")]
    {
        let response = write(&[host, ("sec-fetch-site", "same-origin"), ("referer", referer)]).await;
        assert_eq!((response.status().as_u16(), response.headers()[header::LOCATION].to_str().unwrap()), (303, back));
    }
    let page = service.send(request(Method::GET, "/"), Body::empty()).await;
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe")
    );
}

#[tokio::test]
async fn a_stream_is_taken_up_where_it_ended() {
    let service = Service::in_memory(&[]).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(service.raise(&alarm(&format!("pump-{number}"), "hot")).await);
    }
    assert_eq!(service.events(None, 0).await, "", "without a place the stream begins now");
    // No event that is remembered: the database is asked.
    let events = service.events(Some(&format!("n{:016x}{}", 1, "0".repeat(32))), 3).await;
    assert_eq!(events.matches("event: raised").count(), 3, "{events}");
    let places: Vec<&str> = events.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    service.post(&format!("/api/alarms/{}/resolve", ids[0]), &json!({ "by": "ana" })).await;
    // Remembered: the change is told, too.
    let after = service.events(Some(places[1]), 2).await;
    let kinds: Vec<&str> = after.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert!(kinds == ["raised", "changed"] && after.contains(&ids[2]) && !after.contains(&ids[1]), "{after}");

    // Another service on the same data remembers nothing.
    let (alarms, telemetry) = (service.0.alarms.clone(), service.0.telemetry.clone());
    let other = Service(App::new(alarms, telemetry, &Settings::parse_from(["core-server"])));
    let after = other.events(Some(places[1]), 1).await;
    assert!(after.matches("event: raised").count() == 1 && after.contains(&ids[2]), "{after}");
    // What another program raises is found, and what this one raises is not told again.
    tokio::spawn(Feed::look(service.0.clone()));
    tokio::spawn(Feed::look(other.0.clone()));
    let mut own = service.send(request(Method::GET, "/api/alarms/stream"), Body::empty()).await.into_body();
    let mut body = other.send(request(Method::GET, "/api/alarms/stream"), Body::empty()).await.into_body();
    let late = service.raise(&alarm("pump-9", "hot")).await;
    let mut told = String::new();
    while !told.contains(&late) {
        let frame = tokio::time::timeout(Duration::from_secs(8), body.frame()).await.unwrap().unwrap().unwrap();
        told.push_str(str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    let mut once = String::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(Duration::from_millis(500), own.frame()).await {
        once.push_str(str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    assert_eq!(once.matches("event: raised").count(), 1, "{once}");
    // A service that stops ends its streams.
    other.0.feed.end();
    assert!(body.collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test]
async fn answers_have_the_shapes_of_the_document() {
    let service = Service::in_memory(&[]).await;
    example::load(&service.0).await.unwrap();
    let document = service.json("/api/openapi.json").await;
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let (alarms, sensors) = (service.json("/api/alarms").await, service.json("/api/sensors").await);
    let all = "from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z&seconds=864000";
    let id = alarms["items"][0]["id"].as_str().unwrap();
    let reading = json!([{ "sensor_id": "s", "timestamp": Utc::now(), "value": 1.0 }]);
    let ((_, added), (_, problem)) =
        (service.post("/api/readings", &reading).await, service.post("/api/readings", &json!([1])).await);
    let (_, acknowledged) = service.post(&format!("/api/alarms/{id}/acknowledge"), &json!({ "by": "ana" })).await;
    let (_, action) =
        service.post(&format!("/api/alarms/{id}/verdict"), &json!({ "by": "ana", "verdict": "real" })).await;
    for (name, answered) in [
        ("AlarmPage", &alarms),
        ("Alarm", &alarms["items"][0]),
        ("AlarmCount", &service.json("/api/alarms/counts").await[0]),
        ("AlarmAction", &action),
        ("SensorPage", &sensors),
        ("SensorState", &sensors["items"][0]),
        ("Sensor", &sensors["items"][0]["sensor"]),
        ("Reading", &sensors["items"][0]["last"]),
        ("ReadingBucket", &service.json(&format!("/api/sensors/bearing-7/readings?{all}")).await[0]),
        ("Added", &added),
        ("Acknowledged", &acknowledged),
        ("Problem", &problem),
    ] {
        let schema = &document["components"]["schemas"][name];
        let known = keys(&schema["properties"]);
        assert!(
            keys(answered).is_subset(&known) && (name == "Problem" || keys(answered) == known),
            "{name} {answered}"
        );
        assert_eq!(faults(&document, schema, answered, name), Vec::<String>::new());
    }
    // The page shows every route, parameter, shape and field.
    let (status, page) = service.get("/api").await;
    assert_eq!(status, StatusCode::OK);
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parameters =
            methods.as_object().unwrap().values().filter_map(|operation| operation["parameters"].as_array());
        for name in parameters.flatten().map(|one| one["name"].as_str().unwrap()).chain([path.as_str()]) {
            assert!(page.contains(&format!("<code>{name}</code>")), "{path} {name}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let fields = schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys());
        for name in fields.chain([name]) {
            assert!(page.contains(&format!("<code>{name}</code>")), "{name}");
        }
    }
}

#[tokio::test]
async fn health_and_numbers_tell_how_it_is() {
    let service = Service::in_memory(&[]).await;
    assert_eq!(service.get("/health").await.0, StatusCode::OK);
    service.get("/nothing/of/the/kind").await;
    let (_, numbers) = service.get("/metrics").await;
    assert!(numbers.contains("core_server_pool_sessions{area=\"alarms\",state=\"open\"} 1"), "{numbers}");
    assert!(numbers.contains("route=\"/health\"") && !numbers.contains("of/the/kind"), "{numbers}");
}

/// Not healthy before the schema is there; after that, the way of an alarm.
#[tokio::test]
async fn works_on_postgres() {
    let database = TestDatabase::create(Backend::Postgres).await;
    let alarms = DatabaseConfig::new(database.url()).unwrap();
    let telemetry = DatabaseConfig::new(database.url()).unwrap().in_area("telemetry");
    let (open, area) = (Database::open(&alarms).await.unwrap(), Telemetry::open(&telemetry).await.unwrap());
    let service = Service(App::new(open, area, &Settings::parse_from(["core-server"])));
    assert_eq!(service.get("/health").await.0, StatusCode::INTERNAL_SERVER_ERROR);
    start::apply(&alarms, tests::area("alarms")).await.unwrap();
    start::apply(&telemetry, tests::area("telemetry")).await.unwrap();
    assert_eq!(service.get("/health").await.0, StatusCode::OK);
    example::load(&service.0).await.unwrap();
    let id = service.raise(&alarm(HOSTILE, "hot")).await;
    let (_, done) = service.post(&format!("/api/alarms/{id}/acknowledge"), &json!({ "by": "ana" })).await;
    assert_eq!(done["first"], true);
    for path in ["/", &format!("/alarms/{id}"), "/models"] {
        assert_eq!(service.get(path).await.0, StatusCode::OK, "{path}");
    }
}

/// The database crashes while alarms are raised. What was answered with 201 is there and was told, what was not was answered
/// with 503, and the service goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_database_loses_no_acknowledged_alarm() {
    let cluster = Cluster::start();
    // So long a request waits for the server to come back.
    let alarms = DatabaseConfig::new(&cluster.url("postgres")).unwrap().acquire_timeout(Duration::from_secs(1));
    let telemetry = alarms.clone().in_area("telemetry");
    start::apply(&alarms, tests::area("alarms")).await.unwrap();
    start::apply(&telemetry, tests::area("telemetry")).await.unwrap();
    let (alarms, telemetry) =
        (Database::connect(&alarms).await.unwrap(), Telemetry::connect(&telemetry).await.unwrap());
    let service = Service(App::new(alarms, telemetry, &Settings::parse_from(["core-server"])));
    let mut stream = service.send(request(Method::GET, "/api/alarms/stream"), Body::empty()).await.into_body();
    // Read while it comes in, as a page does: whoever reads later than 256 events behind is told to read the list again.
    let (tell, mut told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        // Frames are whole events.
        while let Some(Ok(frame)) = stream.frame().await {
            let event = str::from_utf8(frame.data_ref().unwrap()).unwrap();
            assert!(!event.contains("event: reset"), "{event}");
            let data = event.lines().find_map(|line| line.strip_prefix("data: "));
            let data = data.and_then(|data| serde_json::from_str::<Value>(data).ok());
            let _ = tell.send(data.and_then(|data| data["id"].as_str().map(str::to_owned)));
        }
    });
    tokio::spawn(Feed::look(service.0.clone()));

    let over = Arc::new(AtomicBool::new(false));
    let mut raisers = JoinSet::new();
    for number in 0..8 {
        let (service, over) = (service.clone(), Arc::clone(&over));
        raisers.spawn(async move {
            let mut answers = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let (status, body) = service.post("/api/alarms", &alarm(&format!("pump-{number}"), "hot")).await;
                answers.push((begun, status, body));
                sleep(Duration::from_millis(30)).await;
            }
            answers
        });
    }
    sleep(Duration::from_millis(500)).await;
    block_in_place(|| cluster.stop());
    sleep(Duration::from_millis(300)).await;
    assert_eq!(service.get("/health").await.0, StatusCode::SERVICE_UNAVAILABLE);
    block_in_place(|| cluster.again());
    let back = Instant::now();
    sleep(Duration::from_secs(3)).await;
    over.store(true, Ordering::Relaxed);
    let answers: Vec<_> = raisers.join_all().await.into_iter().flatten().collect();

    let late = |begun: &Instant| *begun > back + Duration::from_secs(2);
    assert!(answers.iter().any(|(begun, ..)| late(begun)), "it goes on");
    let (raised, failed): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, status, _)| *status == StatusCode::CREATED);
    assert!(!failed.is_empty(), "the crash was noticed");
    for (begun, status, body) in failed {
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && !late(&begun), "{status} {body}");
    }
    let mut missing: BTreeSet<String> =
        raised.iter().map(|(_, _, body)| body["ids"][0].as_str().unwrap().to_owned()).collect();
    assert_eq!(service.get("/health").await.0, StatusCode::OK);
    for id in &missing {
        assert_eq!(service.get(&format!("/api/alarms/{id}")).await.0, StatusCode::OK, "{id} is lost");
    }
    while !missing.is_empty() {
        let id = tokio::time::timeout(Duration::from_secs(30), told.recv()).await;
        let id = id.unwrap_or_else(|_| panic!("not told: {missing:?}")).expect("the stream goes on");
        missing.retain(|missing| Some(missing) != id.as_ref());
    }
}
