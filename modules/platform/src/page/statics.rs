use std::collections::HashMap;
use std::io::Write;
use std::sync::OnceLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use crate::problem::Problem;
use crate::shell::Shell;

const FOREVER: &str = "public, max-age=31536000, immutable";

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// The embedded static files, each under an address that changes with its content.
pub struct Assets {
    by_name: HashMap<String, Asset>,
}

struct Asset {
    url: String,
    hash: String,
    kind: &'static str,
    content: Bytes,
    /// `None` when it would not be smaller.
    gzipped: OnceLock<Option<Bytes>>,
}

impl Assets {
    pub(crate) fn embedded() -> Self {
        let by_name = Files::iter()
            .filter_map(|name| Some((name.to_string(), Asset::new(&name)?)))
            .collect();
        Self { by_name }
    }

    /// A file that is not there has the address that would be 404.
    pub fn url<'a>(&'a self, name: &'a str) -> &'a str {
        self.by_name.get(name).map_or(name, |asset| &asset.url)
    }

    /// By plain name or by fingerprinted name, and whether that names this very content for ever.
    fn find(&self, name: &str) -> Option<(&Asset, bool)> {
        if let Some(asset) = self.by_name.get(name) {
            return Some((asset, false));
        }
        let (stem, extension) = name.rsplit_once('.')?;
        let (stem, hash) = stem.rsplit_once('-')?;
        // a page of another version asks for another fingerprint: it gets what there is, but does not keep it
        self.by_name
            .get(&format!("{stem}.{extension}"))
            .map(|asset| (asset, asset.hash == hash))
    }
}

impl Asset {
    fn new(name: &str) -> Option<Self> {
        let kind = kind(name)?;
        let file = Files::get(name)?;
        let hash = format!(
            "{:016x}",
            file.metadata
                .sha256_hash()
                .iter()
                .take(8)
                .fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte))
        );
        let (stem, extension) = name.rsplit_once('.')?;
        let url = format!("/static/{stem}-{hash}.{extension}");
        Some(Self {
            url,
            hash,
            kind,
            content: Bytes::from(file.data.into_owned()),
            gzipped: OnceLock::new(),
        })
    }

    fn gzipped(&self) -> Option<&Bytes> {
        let compress = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&self.content).ok()?;
            encoder
                .finish()
                .ok()
                .filter(|small| small.len() < self.content.len())
                .map(Bytes::from)
        };
        self.gzipped.get_or_init(compress).as_ref()
    }
}

/// Mounts `/static`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/static/{name:.*}")
            .route(web::get().to(serve))
            .route(web::head().to(serve)),
    );
}

async fn serve(
    request: HttpRequest,
    name: Path<String>,
    shell: Data<Shell>,
) -> Result<HttpResponse, Problem> {
    let (asset, is_exact) = shell.assets.find(&name).ok_or_else(Problem::not_found)?;
    let accepts_gzip = mentions(&request, header::ACCEPT_ENCODING, "gzip");
    let gzipped = asset.gzipped().filter(|_| accepts_gzip);
    let tag = format!(
        "\"{}{}\"",
        asset.hash,
        if gzipped.is_some() { "-gz" } else { "" }
    );
    let mut response = HttpResponse::Ok();
    response
        .insert_header((
            header::CACHE_CONTROL,
            if is_exact { FOREVER } else { "no-cache" },
        ))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::ETAG, tag.as_str()));
    if mentions(&request, header::IF_NONE_MATCH, &tag) {
        return Ok(response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish());
    }
    // said even when it is identity, so that nobody compresses it again
    response.insert_header((
        header::CONTENT_ENCODING,
        if gzipped.is_some() {
            "gzip"
        } else {
            "identity"
        },
    ));
    Ok(response
        .content_type(HeaderValue::from_static(asset.kind))
        .body(gzipped.unwrap_or(&asset.content).clone()))
}

fn mentions(request: &HttpRequest, name: header::HeaderName, what: &str) -> bool {
    request
        .headers()
        .get_all(name)
        .any(|value| value.to_str().is_ok_and(|value| value.contains(what)))
}

/// `None`: not for visitors.
fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "ico" => Some("image/x-icon"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}
