//! Three proxies before the same service: one worker each, connections kept on both sides, no access log.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::application;
use crate::cores::Cores;
use crate::process::{Process, free};
use crate::rounds::{Contestants, Request};

const NGINX: &str = "/usr/sbin/nginx";
const HAPROXY: &str = "/usr/sbin/haproxy";

pub fn requests() -> [Request; 2] {
    [
        Request {
            name: "forward a GET, answer 1 KiB",
            bytes: request("GET", "/s/products?page=2", 0),
        },
        Request {
            name: "forward a POST of 16 KiB",
            bytes: request("POST", "/s/orders", 16 * 1024),
        },
    ]
}

/// With the headers that browsers send.
pub fn request(method: &str, target: &str, length: usize) -> Arc<[u8]> {
    let content = match length {
        0 => String::new(),
        length => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
    };
    let head = format!(
        "{method} {target} HTTP/1.1\r\n\
         Host: shop.example\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
         Accept: text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8\r\n\
         Accept-Language: ko,en;q=0.5\r\n\
         Accept-Encoding: gzip, deflate, br\r\n\
         Cookie: session=0123456789abcdef0123456789abcdef\r\n\
         {content}\r\n"
    );
    let mut bytes = head.into_bytes();
    bytes.resize(bytes.len() + length, b'x');
    bytes.into()
}

/// nginx first, where it is installed: the others are compared with it.
pub fn start(cores: &Cores, service: SocketAddr) -> Contestants {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    if Path::new(NGINX).exists() {
        all.push(nginx(cores, service, folder.path()));
    }
    all.push(application::router_before(cores, service));
    if Path::new(HAPROXY).exists() {
        all.push(haproxy(cores, service, folder.path()));
    }
    Contestants {
        all,
        versions: [version(NGINX), version(HAPROXY)]
            .into_iter()
            .flatten()
            .collect(),
        _folder: Some(folder),
    }
}

fn nginx(cores: &Cores, service: SocketAddr, folder: &Path) -> Process {
    let address = free();
    let folder = folder.display();
    let file = format!(
        "
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 10m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    # nothing of this run is written to a disk
    client_body_buffer_size 64k;
    proxy_buffering on;
    upstream service {{
        server {service};
        keepalive 256;
        keepalive_requests 100000000;
    }}
    server {{
        listen {address};
        location / {{
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection '';
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
        }}
    }}
}}
"
    );
    let mut command = cores.command(NGINX);
    command.arg("-c").arg(written(&folder, "nginx.conf", &file));
    // it warns of `user` where it is not started by root
    command.stderr(Stdio::null());
    Process::start("nginx", address, command)
}

fn haproxy(cores: &Cores, service: SocketAddr, folder: &Path) -> Process {
    let address = free();
    let file = format!(
        "
global
    nbthread 1
    maxconn 1024
defaults
    mode http
    timeout connect 1s
    timeout client 10m
    timeout server 10m
    option http-keep-alive
    option forwardfor
    http-reuse always
frontend callers
    bind {address}
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    default_backend service
backend service
    server one {service} pool-max-conn 256
"
    );
    let mut command = cores.command(HAPROXY);
    command.args(["-db", "-q", "-f"]);
    command.arg(written(&folder.display(), "haproxy.cfg", &file));
    Process::start("HAProxy", address, command)
}

fn written(folder: &impl std::fmt::Display, name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(format!("{folder}/{name}"));
    fs::write(&path, text).unwrap();
    path
}

fn version(program: &str) -> Option<String> {
    let told = Command::new(program).arg("-v").output().ok()?;
    let told = [told.stdout, told.stderr].concat();
    Some(String::from_utf8_lossy(&told).lines().next()?.to_owned())
}
