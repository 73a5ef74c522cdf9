#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kyso_fuzz::remote_decode(data));
