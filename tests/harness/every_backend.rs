//! A test on every backend, or on those that have what it needs.

/// Runs each test function on every backend: `on_every_backend!(keeps_rows, refuses_nan);`.
///
/// What a test needs is said before the names. A backend that lacks it gets an ignored test with the reason, so that the
/// runner counts it:
///
/// - `needs: several_sessions;`, `needs: background_jobs;` or `needs: concurrent_index;`: everything but TimescaleDB in
///   WebAssembly has these. `make test-native` runs the tests on a native TimescaleDB.
/// - `only: [postgres, mariadb], "why";`: the test's subject exists on these backends alone. `make test-native` leaves the
///   others out by their name, `not_on_<backend>`.
///
/// Both may be given, in this order.
#[macro_export]
macro_rules! on_every_backend {
    (needs: $need:ident; only: $only:tt, $why:literal; $($test:ident),+ $(,)?) => {
        $($crate::__backends! { $test [$need] $only $why })+
    };
    (needs: $need:ident; $($test:ident),+ $(,)?) => {
        $($crate::__backends! { $test [$need] [sqlite, postgres, timescaledb, mariadb] "" })+
    };
    (only: $only:tt, $why:literal; $($test:ident),+ $(,)?) => {
        $($crate::__backends! { $test [nothing] $only $why })+
    };
    ($($test:ident),+ $(,)?) => {
        $($crate::__backends! { $test [nothing] [sqlite, postgres, timescaledb, mariadb] "" })+
    };
}

/// One test on the four backends.
#[doc(hidden)]
#[macro_export]
macro_rules! __backends {
    ($test:ident [$need:ident] $only:tt $why:literal) => {
        mod $test {
            $crate::__on! { sqlite Sqlite $test [nothing] $only $why }
            $crate::__on! { postgres Postgres $test [nothing] $only $why }
            $crate::__on! { timescaledb Timescale $test [$need] $only $why }
            $crate::__on! { mariadb Mariadb $test [nothing] $only $why }
        }
    };
}

/// One test on one backend, when it is among those that the test is for.
#[doc(hidden)]
#[macro_export]
macro_rules! __on {
    (sqlite $backend:ident $test:ident $need:tt [sqlite $(, $rest:ident)*] $why:literal) => {
        $crate::__test! { sqlite $backend $test $need }
    };
    (postgres $backend:ident $test:ident $need:tt [postgres $(, $rest:ident)*] $why:literal) => {
        $crate::__test! { postgres $backend $test $need }
    };
    (timescaledb $backend:ident $test:ident $need:tt [timescaledb $(, $rest:ident)*] $why:literal) => {
        $crate::__test! { timescaledb $backend $test $need }
    };
    (mariadb $backend:ident $test:ident $need:tt [mariadb $(, $rest:ident)*] $why:literal) => {
        $crate::__test! { mariadb $backend $test $need }
    };
    ($name:ident $backend:ident $test:ident $need:tt [$other:ident $(, $rest:ident)*] $why:literal) => {
        $crate::__on! { $name $backend $test $need [$($rest),*] $why }
    };
    (sqlite $backend:ident $test:ident $need:tt [] $why:literal) => {
        mod not_on_sqlite {
            #[test]
            #[ignore = $why]
            fn is_its_subject() {
                panic!($why);
            }
        }
    };
    (postgres $backend:ident $test:ident $need:tt [] $why:literal) => {
        mod not_on_postgres {
            #[test]
            #[ignore = $why]
            fn is_its_subject() {
                panic!($why);
            }
        }
    };
    (timescaledb $backend:ident $test:ident $need:tt [] $why:literal) => {
        mod not_on_timescaledb {
            #[test]
            #[ignore = $why]
            fn is_its_subject() {
                panic!($why);
            }
        }
    };
    (mariadb $backend:ident $test:ident $need:tt [] $why:literal) => {
        mod not_on_mariadb {
            #[test]
            #[ignore = $why]
            fn is_its_subject() {
                panic!($why);
            }
        }
    };
}

/// A test of what needs to be there.
#[doc(hidden)]
#[macro_export]
macro_rules! __test {
    ($name:ident $backend:ident $test:ident [nothing]) => {
        #[tokio::test]
        async fn $name() {
            super::$test($crate::TestDatabase::create($crate::Backend::$backend).await).await;
        }
    };
    ($name:ident $backend:ident $test:ident [several_sessions]) => {
        $crate::__test! { $name $backend $test "needs several sessions, and TimescaleDB in WebAssembly has one" }
    };
    ($name:ident $backend:ident $test:ident [background_jobs]) => {
        $crate::__test! { $name $backend $test "needs background jobs, and TimescaleDB in WebAssembly runs none" }
    };
    ($name:ident $backend:ident $test:ident [concurrent_index]) => {
        $crate::__test! { $name $backend $test "needs an index built while others write, and TimescaleDB in WebAssembly has one session" }
    };
    ($name:ident $backend:ident $test:ident $why:literal) => {
        #[tokio::test]
        #[ignore = $why]
        async fn $name() {
            super::$test($crate::TestDatabase::native($crate::Backend::$backend).await).await;
        }
    };
}
