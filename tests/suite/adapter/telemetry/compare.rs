//! Windows of a sensor side by side.

use chrono::TimeDelta;
use core_server_adapter::{
    Period,
    telemetry::{NewReading, WindowStatistics},
};
use tests::{TestDatabase, on_every_backend};

use super::{migrated, minute, value};

on_every_backend!(windows_are_described_as_computed_by_hand, a_large_offset_costs_no_digits);

fn close(found: Option<f64>, expected: Option<f64>, tolerance: f64) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} is not {expected}");
        }
        (found, expected) => assert_eq!(found, expected),
    }
}

#[allow(clippy::cast_precision_loss, reason = "small")]
fn by_hand(values: &[f64]) -> WindowStatistics {
    let count = values.len() as f64;
    let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / count);
    let squares = |mean: f64| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    WindowStatistics {
        count: values.len() as u64,
        mean,
        standard_deviation: mean.filter(|_| count > 1.0).map(|mean| (squares(mean) / (count - 1.0)).sqrt()),
        minimum: values.iter().copied().reduce(f64::min),
        maximum: values.iter().copied().reduce(f64::max),
    }
}

fn same(found: &WindowStatistics, expected: &WindowStatistics) {
    assert_eq!(found.count, expected.count);
    assert_eq!((found.minimum, found.maximum), (expected.minimum, expected.maximum));
    close(found.mean, expected.mean, 1e-12);
    close(found.standard_deviation, expected.standard_deviation, 1e-12);
}

async fn windows_are_described_as_computed_by_hand(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let readings = telemetry.readings();
    let of = |sensor: &str, offset: f64| {
        let reading = |number: u32| NewReading::new(sensor, minute(i64::from(number)), value(number) + offset);
        (0..600).map(reading).collect::<Vec<_>>()
    };
    readings.insert_many(&of("s", 0.0)).await.unwrap();
    readings.insert_many(&of("t", 1e6)).await.unwrap();
    let window = |from: u32, to: u32| Period::between(minute(i64::from(from)), minute(i64::from(to)));
    let values = |from: u32, to: u32| (from..to).map(value).collect::<Vec<_>>();
    for [(a, b), (c, d)] in [[(0, 300), (300, 600)], [(10, 11), (11, 13)], [(5, 5), (0, 600)], [(590, 700), (700, 800)]]
    {
        let found = readings.compare("s", window(a, b), window(c, d)).await.unwrap();
        same(&found.reference, &by_hand(&values(a, b.min(600))));
        same(&found.current, &by_hand(&values(c.min(600), d.min(600))));
    }
    // Overlapping and open windows, and a sensor that is none.
    let found = readings.compare("s", Period::ALL, Period::since(minute(599))).await.unwrap();
    same(&found.reference, &by_hand(&values(0, 600)));
    same(&found.current, &by_hand(&values(599, 600)));
    assert_eq!(found.effect_size(), None);
    let nothing = readings.compare("u", Period::ALL, Period::ALL).await.unwrap();
    assert_eq!((nothing.reference, nothing.current), (WindowStatistics::default(), WindowStatistics::default()));
    // Twice the difference of the means over the pooled deviation.
    let found = readings.compare("s", window(0, 2), window(2, 4)).await.unwrap();
    let [a, b] = [by_hand(&values(0, 2)), by_hand(&values(2, 4))];
    let [x, y] = [a.standard_deviation.unwrap(), b.standard_deviation.unwrap()];
    let pooled = (f64::midpoint(x * x, y * y)).sqrt();
    close(found.effect_size(), Some((b.mean.unwrap() - a.mean.unwrap()) / pooled), 1e-12);
}

/// A small spread far from zero: the difference of the sums of squares would have none of its digits left.
async fn a_large_offset_costs_no_digits(database: TestDatabase) {
    let (_database, telemetry) = migrated(database).await;
    let values: Vec<f64> = (0..1000_u32).map(|number| 1e9 + f64::from(number % 7)).collect();
    let new: Vec<NewReading> = values
        .iter()
        .zip(0..)
        .map(|(value, number)| NewReading::new("s", minute(0) + TimeDelta::seconds(number), *value))
        .collect();
    telemetry.readings().insert_many(&new).await.unwrap();
    let found = telemetry.readings().compare("s", Period::ALL, Period::ALL).await.unwrap();
    let deviation = by_hand(&(0..1000_u32).map(|number| f64::from(number % 7)).collect::<Vec<_>>()).standard_deviation;
    close(found.current.standard_deviation, deviation, 1e-6);
    close(found.current.mean, by_hand(&values).mean, 1e-12);
}
