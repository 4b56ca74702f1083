//! Answers `GET /` with nothing: the floor that the shop's requests are measured against. The bench starts itself
//! once more for it, so that both are built alike.

use actix_web::{App, HttpResponse, HttpServer, web};

pub const ARGUMENT: &str = "--serve-nothing";

pub fn serve(address: &str) -> std::io::Result<()> {
    let address = address.to_owned();
    actix_web::rt::System::new().block_on(async move {
        let app = || App::new().route("/", web::get().to(async || HttpResponse::Ok().finish()));
        HttpServer::new(app).bind(address)?.run().await
    })
}
