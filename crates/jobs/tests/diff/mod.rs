//! The engine of differences, by itself: what it plans runs on real servers, without the proof that would mend it.

mod case;
mod cases;
mod database;
mod generated;
mod property;
