//! Restructuring, on live servers of this machine.

mod examples;
mod ground;
