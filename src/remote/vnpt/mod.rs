//! VNPT SmartCA ("Tài liệu tích hợp VNPT SmartCA", version 4.0).

mod service;

pub use service::Service;
