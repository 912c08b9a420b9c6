//! The suite of embedded: ordinary clients upload, resume and rename on the embedded servers, and get no further.

use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use publier::embedded::EmbeddedError;
use publier::embedded::ftps::{Ftps, FtpsConfig};
use publier::settings::secret::Secret;

use crate::support::embedded::{PASSWORD, Place, USER};
use crate::support::tools::{mode_of, names_in, run, stdout_of};

fn text(output: &Output) -> String {
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}\n{errors}", output.status)
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", text(output));
}

/// Python's ftplib with the authority of the demo; `body` has the session in `f`. ftplib insists on the server's
/// `close_notify` after an upload, which libunftp doesn't send: it is told to send its own and go on.
fn ftplib(place: &Place, server: &Ftps, body: &str) -> Output {
    let script = format!(
        "import sys, ssl, io, ftplib\n\
         unwrap = ssl.SSLSocket.unwrap\n\
         def patient(s):\n\
         \x20   try: return unwrap(s)\n\
         \x20   except ssl.SSLEOFError: pass\n\
         ssl.SSLSocket.unwrap = patient\n\
         f = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=sys.argv[1]), encoding='utf-8', timeout=20)\n\
         f.connect('localhost', int(sys.argv[2]))\n\
         {body}\n"
    );
    let mut python = Command::new("python3");
    python.args(["-c", &script]).arg(place.identity().authority_file()).arg(server.port().to_string());
    run(python.args([USER, PASSWORD]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_uploads_over_ftps_is_cut_once_resumes_and_renames() {
    let place = Place::new();
    let server = place.ftps(Some(700_000)).await;
    std::fs::create_dir(place.served().join("depot")).unwrap();
    let (small, small_bytes) = place.file("small.pdf", 700_000);
    succeeded(&run(place.curl_ftps(&server, "depot/small.pdf").arg("-T").arg(&small)));
    assert_eq!(place.on_server("depot/small.pdf"), small_bytes);

    let (large, bytes) = place.file("large.zip", 3_000_000);
    let cut = run(place.curl_ftps(&server, "depot/large.zip.part").arg("-T").arg(&large));
    assert!(!cut.status.success(), "the upload was not cut");
    assert_eq!(place.on_server("depot/large.zip.part"), bytes[..700_000]);

    let mut resume = place.curl_ftps(&server, "depot/large.zip.part");
    resume.args(["-Q", "-RNFR large.zip.part", "-Q", "-RNTO large.zip", "-C", "-", "-T"]).arg(&large);
    succeeded(&run(&mut resume));
    assert_eq!(place.on_server("depot/large.zip"), bytes);
    assert_eq!(names_in(&place.served().join("depot")), ["large.zip", "small.pdf"]);

    // Only one upload is ever cut.
    succeeded(&run(place.curl_ftps(&server, "depot/again.zip").arg("-T").arg(&large)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ftplib_resumes_by_rest_and_replaces_by_rename() {
    let place = Place::new();
    let server = place.ftps(None).await;
    std::fs::write(place.served().join("final"), "the old file").unwrap();
    let body = "f.login(sys.argv[3], sys.argv[4]); f.prot_p()\n\
                f.storbinary('STOR part', io.BytesIO(b'0123456789'))\n\
                assert f.size('part') == 10\n\
                f.storbinary('STOR part', io.BytesIO(b'abcdefgh'), rest=4)\n\
                assert f.size('part') == 12\n\
                f.rename('part', 'final'); f.mkd('docs')\n\
                print(sorted(f.nlst()))\n\
                f.quit()";
    let output = ftplib(&place, &server, body);
    succeeded(&output);
    assert!(text(&output).contains("['docs', 'final']"), "{}", text(&output));
    assert_eq!(place.on_server("final"), b"0123abcdefgh");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_travels_in_clear_over_ftps() {
    let place = Place::new();
    let server = place.ftps(None).await;
    let login = ftplib(&place, &server, "ftplib.FTP.login(f, sys.argv[3], sys.argv[4])");
    assert!(
        text(&login).contains("534 A TLS connection is required on the control channel"),
        "a login in clear: {}",
        text(&login)
    );
    let data = "f.login(sys.argv[3], sys.argv[4])\nf.storbinary('STOR clear', io.BytesIO(b'data'))";
    let data = ftplib(&place, &server, data);
    assert!(
        text(&data).contains("534 A TLS connection is required on the data channel"),
        "data in clear: {}",
        text(&data)
    );
    assert_eq!(names_in(&place.served()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_ends_without_a_word_is_no_success() {
    let place = Place::new();
    let server = place.ftps(None).await;
    let body = "f.login(sys.argv[3], sys.argv[4]); f.prot_p()\n\
                ftplib._SSLSocket = None\n\
                f.storbinary('STOR part', io.BytesIO(b'half'))";
    let output = ftplib(&place, &server, body);
    assert!(text(&output).contains("ftplib.error_temp: 451"), "{}", text(&output));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_knows_neither_authority_nor_password_is_told_so() {
    let place = Place::new();
    let server = place.ftps(None).await;
    let url = format!("ftp://localhost:{}/", server.port());
    let untrusted = run(Command::new("curl").args(["-q", "-sS", "--ssl-reqd", "-m", "20", &url]));
    assert_eq!(untrusted.status.code(), Some(60), "{}", text(&untrusted));
    for wrong in [format!("{USER}:wrong"), format!("other:{PASSWORD}")] {
        let refused = run(place.curl_ftps(&server, "").args(["--user", &wrong]));
        assert_eq!(refused.status.code(), Some(67), "{}", text(&refused));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_leads_out_of_the_folder_over_ftps() {
    let place = Place::new();
    let server = place.ftps(None).await;
    let (file, _) = place.file("secret", 100);
    symlink(place.path(""), place.served().join("out")).unwrap();
    for path in ["../secret", "/../secret", "%2F../secret", "out/secret"] {
        let read = run(place.curl_ftps(&server, path).arg("--path-as-is"));
        assert!(!read.status.success() && read.stdout.is_empty(), "read {path}: {}", text(&read));
    }
    let written = run(place.curl_ftps(&server, "out/new").arg("-T").arg(&file));
    assert!(!written.status.success() && !place.path("new").exists(), "{}", text(&written));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openssh_uploads_resumes_and_renames_over_sftp() {
    let place = Place::new();
    let server = place.sftp().await;
    let (_, bytes) = place.file("large.zip", 2_000_000);
    std::fs::create_dir(place.served().join("depot")).unwrap();
    std::fs::write(place.served().join("depot/large.zip.part"), &bytes[..600_000]).unwrap();
    std::fs::write(place.served().join("depot/large.zip"), "the old file").unwrap();
    let batch = "cd depot\n\
                 reput large.zip large.zip.part\n\
                 rename large.zip.part large.zip\n\
                 mkdir documents\n\
                 put -p large.zip documents/one.pdf\n\
                 chmod 640 documents/one.pdf\n\
                 get documents/one.pdf back.pdf\n\
                 mkdir gone\nrmdir gone\n\
                 put large.zip other\nrm other\n\
                 ls -l\npwd\n";
    let output = place.sftp_batch(&server, batch);
    succeeded(&output);
    assert!(text(&output).contains("/depot"), "{}", text(&output));
    assert_eq!(place.on_server("depot/large.zip"), bytes);
    assert_eq!(std::fs::read(place.path("back.pdf")).unwrap(), bytes);
    assert_eq!(names_in(&place.served().join("depot")), ["documents", "large.zip"]);
    let one = place.served().join("depot/documents/one.pdf");
    assert_eq!(mode_of(&one), 0o640);
    let modified = |path| std::fs::metadata(path).unwrap().modified().unwrap();
    let elapsed = modified(&one).duration_since(modified(&place.path("large.zip"))).unwrap_or_default();
    assert!(elapsed.is_zero(), "put -p kept no time");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_logs_in_by_password_over_sftp_and_a_plain_rename_replaces_nothing() {
    let place = Place::new();
    let server = place.sftp().await;
    let (file, bytes) = place.file("one.pdf", 300_000);
    succeeded(&run(place.curl_sftp(&server, "one.pdf").arg("-T").arg(&file)));
    assert_eq!(place.on_server("one.pdf"), bytes);

    std::fs::write(place.served().join("two.pdf"), "kept").unwrap();
    let over = run(place.curl_sftp(&server, "").args(["-l", "-Q", "rename /one.pdf /two.pdf"]));
    assert!(!over.status.success(), "{}", text(&over));
    assert_eq!(place.on_server("two.pdf"), b"kept");
    succeeded(&run(place.curl_sftp(&server, "").args(["-l", "-Q", "rename /one.pdf /three.pdf"])));
    assert_eq!(names_in(&place.served()), ["three.pdf", "two.pdf"]);

    for wrong in [format!("{USER}:wrong"), format!("other:{PASSWORD}")] {
        let refused = run(place.curl_sftp(&server, "").args(["--user", &wrong]));
        assert_eq!(refused.status.code(), Some(67), "{}", text(&refused));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ssh_gets_no_shell_and_an_unknown_key_gets_nothing() {
    let place = Place::new();
    let server = place.sftp().await;
    let host = format!("{USER}@127.0.0.1");
    let key = place.client_key("client_key");
    let shell = run(place.openssh("ssh", &server, &key).args([&host, "id"]));
    assert!(!shell.status.success() && shell.stdout.is_empty(), "{}", text(&shell));
    let stranger = place.client_key("other_key");
    let refused = run(place.openssh("ssh", &server, &stranger).args(["-s", &host, "sftp"]));
    assert!(text(&refused).contains("Permission denied"), "{}", text(&refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_path_leads_out_of_the_folder_over_sftp() {
    let place = Place::new();
    let server = place.sftp().await;
    place.file("secret", 100);
    symlink(place.path(""), place.served().join("out")).unwrap();
    symlink(place.path("secret"), place.served().join("leak")).unwrap();
    for command in
        ["get ../secret stolen", "get /out/secret stolen", "get leak stolen", "put secret out/new", "cd out"]
    {
        let output = place.sftp_batch(&server, &format!("{command}\n"));
        assert!(!output.status.success(), "{command}: {}", text(&output));
        assert!(!place.path("stolen").exists() && !place.path("new").exists(), "{command}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_keeps_certificate_and_host_key_and_their_files_are_private() {
    let place = Place::new();
    let first = place.sftp().await;
    let fingerprint = first.fingerprint().to_owned();
    let authority = std::fs::read(place.identity().authority_file()).unwrap();
    first.stop().await;

    let second = place.sftp().await;
    assert_eq!(second.fingerprint(), fingerprint);
    assert_eq!(std::fs::read(place.identity().authority_file()).unwrap(), authority);
    let folder = place.path("identity");
    assert_eq!(names_in(&folder), ["ca.pem", "host_key", "server.key", "server.pem"]);
    for name in names_in(&folder) {
        assert_eq!(mode_of(&folder.join(&name)), 0o600, "{name}");
    }
    assert_eq!(mode_of(&folder), 0o700);

    let port = second.port().to_string();
    let scanned = place.path("scanned");
    std::fs::write(&scanned, stdout_of(Command::new("ssh-keyscan").args(["-p", &port, "127.0.0.1"])))
        .unwrap();
    let seen = stdout_of(Command::new("ssh-keygen").arg("-lf").arg(&scanned));
    assert!(seen.contains(&fingerprint), "{seen} is not {fingerprint}");

    let ca = folder.join("ca.pem");
    let mut openssl = Command::new("openssl");
    openssl.args(["verify", "-purpose", "sslserver", "-verify_hostname", "localhost", "-CAfile"]);
    stdout_of(openssl.arg(&ca).arg(folder.join("server.pem")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_server_ends_its_sessions_and_frees_its_port() {
    let place = Place::new();
    let server = place.ftps(None).await;
    let port = server.port();
    let mut open = TcpStream::connect(("127.0.0.1", port)).unwrap();
    open.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    let mut greeting = [0; 4];
    open.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"220 ");
    server.stop().await;
    open.read_to_end(&mut Vec::new()).unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[tokio::test]
async fn a_port_in_use_and_a_missing_folder_are_clear_errors() {
    let place = Place::new();
    let server = place.sftp().await;
    let config = |root, port| FtpsConfig {
        root,
        port,
        user: USER.to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        identity: place.identity(),
        cut: None,
    };
    let taken = Ftps::start(config(place.served(), server.port())).await.unwrap_err();
    assert_eq!(taken.to_string(), format!("listen on 127.0.0.1:{}", server.port()));
    let missing = Ftps::start(config(place.path("none"), 0)).await.unwrap_err();
    assert!(matches!(missing, EmbeddedError::Folder { .. }), "{missing}");
}
