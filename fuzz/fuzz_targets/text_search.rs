#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kyso_fuzz::text_search(data));
