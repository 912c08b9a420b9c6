"""The servers, the peers and the rounds of `scripts/bench transfer`.

vsftpd and OpenSSH are started on free ports of the loopback interface, with a user and a PAM service made for it, which takes root. A line
of tools/ stands before them: 127.0.0.2, with a delay each way. After each round the server's folder is compared with what was sent,
name by name and byte by byte, and emptied.
"""

import filecmp
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SERVER, LINE = "127.0.0.1", "127.0.0.2"
PASSIVE = (41000, 41099)
PASSWORD = "bench-only-1"


class Wrong(Exception):
    """A server doesn't start, or doesn't hold what was sent."""


def run(*command):
    """Runs a command that must succeed; gives its output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Wrong(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def free_port():
    """Gives a port that nothing listens on."""
    with socket.socket() as found:
        found.bind((SERVER, 0))
        return found.getsockname()[1]


def answers(port):
    """Waits until something listens on a port."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            socket.create_connection((SERVER, port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Wrong(f"nothing answers on port {port}")


def make_files(folder, count, size):
    """Makes files of noise, the same each time; gives their folder."""
    if not (folder / f"{count - 1:05}.bin").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        noise = random.Random(1)
        for number in range(count):
            with (folder / f"{number:05}.bin").open("wb") as file:
                left = size
                while left:
                    block = min(left, 1 << 20)
                    file.write(noise.randbytes(block))
                    left -= block
    return folder


class Servers:
    """vsftpd with explicit TLS and OpenSSH, over one folder."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="publier-bench-"))
        self.folder.chmod(0o755)
        self.user = f"pbench-{os.getpid()}"
        self.pam = Path("/etc/pam.d") / self.user
        self.processes = []
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        subprocess.run(["userdel", "--force", self.user], stderr=subprocess.DEVNULL, check=False)
        self.pam.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        hashed = run("openssl", "passwd", "-6", PASSWORD).strip()
        run("useradd", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin", "--password", hashed, self.user)
        self.pam.write_text("auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_permit.so\n")
        for name in ("root", "root/depot", "empty"):
            (self.folder / name).mkdir()
        self.deposit = self.folder / "root/depot"
        self.deposit.chmod(0o777)
        self.secret, self.key = self.folder / "password", self.folder / "key"
        self.secret.write_text(PASSWORD)
        self.start_vsftpd()
        self.start_sshd()

    def start_vsftpd(self):
        certificate, key, settings = (self.folder / name for name in ("cert.pem", "cert.key", "vsftpd.conf"))
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate))
        print_of = run("openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(certificate))
        self.certificate = print_of.strip().split("=", 1)[1]
        self.ftp_port = free_port()
        settings.write_text(f"""background=NO
listen=YES
listen_ipv6=NO
listen_address={SERVER}
listen_port={self.ftp_port}
anonymous_enable=NO
local_enable=YES
write_enable=YES
guest_enable=YES
guest_username={self.user}
virtual_use_local_privs=YES
local_root={self.folder}/root
chroot_local_user=YES
allow_writeable_chroot=YES
pam_service_name={self.user}
pasv_min_port={PASSIVE[0]}
pasv_max_port={PASSIVE[1]}
seccomp_sandbox=NO
secure_chroot_dir={self.folder}/empty
mdtm_write=YES
max_per_ip=100
ssl_enable=YES
rsa_cert_file={certificate}
rsa_private_key_file={key}
force_local_logins_ssl=YES
force_local_data_ssl=YES
ssl_ciphers=HIGH
require_ssl_reuse=YES
strict_ssl_read_eof=YES
""")
        self.keep(["/usr/sbin/vsftpd", settings], self.ftp_port)

    def start_sshd(self):
        Path("/run/sshd").mkdir(exist_ok=True)
        host_key = self.folder / "host_ed25519"
        for key in (host_key, self.key):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        self.host_key = run("ssh-keygen", "-l", "-E", "sha256", "-f", f"{host_key}.pub").split()[1]
        self.ssh_port = free_port()
        settings = self.folder / "sshd_config"
        settings.write_text(f"""ListenAddress {SERVER}
Port {self.ssh_port}
HostKey {host_key}
AuthorizedKeysFile {self.key}.pub
PasswordAuthentication no
StrictModes no
PidFile none
MaxStartups 100:30:200
Subsystem sftp internal-sftp
""")
        self.keep(["/usr/sbin/sshd", "-D", "-e", "-f", settings], self.ssh_port)

    def keep(self, command, port):
        log = (self.folder / f"log-{port}").open("w")
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        answers(port)

    def check(self, files):
        """Compares the deposit with what was sent, then empties it."""
        sent = sorted(path.name for path in files.iterdir())
        there = sorted(path.name for path in self.deposit.iterdir())
        if sent != there:
            raise Wrong(f"{len(there)} files on the server, {len(sent)} sent")
        _, other, missing = filecmp.cmpfiles(files, self.deposit, sent, shallow=False)
        if other or missing:
            raise Wrong(f"{len(other)} files differ on the server, {len(missing)} can't be read")
        self.empty()

    def empty(self):
        """Empties the deposit."""
        for path in self.deposit.iterdir():
            path.unlink(missing_ok=True)


class Line:
    """A delay each way before both servers."""

    def __init__(self, bench, servers, delay_ms):
        ports = f"{servers.ftp_port},{servers.ssh_port},{PASSIVE[0]}-{PASSIVE[1]}"
        words = ["--listen", LINE, "--server", SERVER, "--ports", ports, "--delay-ms", str(delay_ms)]
        self.command = [bench, "line", *words]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise Wrong("the line doesn't start")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def ours(bench, servers, by, host, files, connections):
    """The command of our own round."""
    ftps = by == "ftps"
    port, secret = (servers.ftp_port, servers.secret) if ftps else (servers.ssh_port, servers.key)
    pin, deposit = (servers.certificate, "/depot") if ftps else (servers.host_key, servers.deposit)
    words = {"by": by, "host": host, "port": port, "user": servers.user, "secret": secret, "pin": pin, "deposit": deposit,
             "files": files, "connections": connections}
    return [bench, "transfer", *(str(word) for name, value in words.items() for word in (f"--{name}", value))]


def lftp_ftps(servers, host, files, parallel, temporary=False):
    """The command of lftp's round over FTPS."""
    sets = ["ftp:ssl-force true", "ftp:ssl-protect-data true", "ssl:verify-certificate no", "ftp:prefer-epsv true",
            "net:max-retries 2", "cmd:fail-exit true"]
    if temporary:
        sets.append("xfer:use-temp-file true")
    opened = f"open -u {servers.user},{PASSWORD} ftp://{host}:{servers.ftp_port}"
    mirror = f"mirror -R --no-perms --parallel={parallel} {files}/ /depot/"
    return ["lftp", "--norc", "-c", "; ".join([*(f"set {one}" for one in sets), opened, mirror])]


def ssh_options(servers):
    """What makes OpenSSH's programs ask nobody."""
    return ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o",
            "IdentitiesOnly=yes", "-i", str(servers.key)]


def lftp_sftp(servers, host, files, parallel):
    """The command of lftp's round over SFTP."""
    program = " ".join(["ssh -a -x", *ssh_options(servers)])
    sets = [f'sftp:connect-program "{program}"', "net:max-retries 2", "cmd:fail-exit true"]
    opened = f"open -u {servers.user}, sftp://{host}:{servers.ssh_port}"
    mirror = f"mirror -R --no-perms --parallel={parallel} {files}/ {servers.deposit}/"
    return ["lftp", "--norc", "-c", "; ".join([*(f"set {one}" for one in sets), opened, mirror])]


def rclone(servers, host, files, parallel):
    """The command of rclone's round over SFTP."""
    remote = (f":sftp,host={host},port={servers.ssh_port},user={servers.user},key_file={servers.key},"
              f"shell_type=none:{servers.deposit}")
    return ["rclone", "--config", "/dev/null", "copy", "--transfers", str(parallel), "--no-check-dest", str(files), remote]


def sftp(servers, host, files, folder):
    """The command of OpenSSH's own client; its batch of one line is left in the folder."""
    batch = folder / "batch"
    batch.write_text(f"put {files}/* {servers.deposit}/\n")
    return ["sftp", "-q", "-b", str(batch), *ssh_options(servers), "-P", str(servers.ssh_port), f"{servers.user}@{host}"]
