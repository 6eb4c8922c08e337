# SPDX-License-Identifier: BSD-3-Clause
# lesson.py - a lesson on a county's network: configuration, relay, classrooms, media, and what each
# of them counts.
import array
import datetime
import glob
import hashlib
import http.client
import json
import math
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import zoneinfo
from dataclasses import dataclass

import county as net
from play import AUDIO_RATE_HZ

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES_PER_S = 15
STATUS_STALE_S = 3.0
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
PICTURES = {"teacher": "testsrc2", "students": "smptehdbars"}
INPUT_PORTS = {"audio": 5004, "teacher": 5006, "students": 5008, "slides": 5010}
# Tried in this order: a lesson shall not cross midnight where it is held.
ZONES = ("Asia/Shanghai", "Etc/UTC", "Etc/GMT-4")


@dataclass
class School:
    id: str
    name: str
    latin: str
    tone_hz: int
    number: int = 0  # in the county
    directory: str = ""
    process: subprocess.Popen = None
    starts: int = 0

    @property
    def endpoint(self):
        return f"{self.id}-1"


def two_schools():
    return [School("wuxi", "巫溪中心小学", "Wuxi", 440), School("houren", "厚仁中心小学", "Houren", 660)]


@dataclass
class Plan:
    """When the bell rings, and until when; moments are seconds since 1970."""

    start_s: int
    end_s: int
    zone: str = "Asia/Shanghai"
    open_before_s: int = 180
    grace_s: int = 3
    kinds: tuple = ("audio", "teacher", "students")
    profiles: str = ""


def plan_lesson(bell_in_s, lasts_s, now_s=None, at_least_s=None):
    """A lesson from bell_in_s on; midnight may end it early, but not before at_least_s."""
    start = math.ceil((time.time() if now_s is None else now_s) + bell_in_s)
    for zone in ZONES:
        local = datetime.datetime.fromtimestamp(start, zoneinfo.ZoneInfo(zone))
        now = datetime.datetime.fromtimestamp(start - bell_in_s - 1, zoneinfo.ZoneInfo(zone))
        left = 86399 - (local.hour * 3600 + local.minute * 60 + local.second)
        if left >= (at_least_s or lasts_s) and now.date() == local.date():
            return Plan(start, start + min(left, lasts_s), zone)
    raise ValueError(f"a lesson of {lasts_s} s crosses midnight in every zone")


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def tail(path, lines=15):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except FileNotFoundError:
        return ""


class ApiError(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Lesson:
    """One relay and one classroom per school, in the namespaces of a county."""

    def __init__(self, county, build, directory, schools, plan, listen_port=0, media=True):
        self.county = county
        self.build = os.path.abspath(build)
        self.directory = os.path.abspath(directory)
        self.schools = schools
        self.plan = plan
        self.media = media  # False: the classrooms run no ffmpeg
        self.relay = None
        self.relay_starts = 0
        self.tails = {}  # of the players' files: path -> (bytes read, lines counted)
        self.environment = {}  # for the relay, beside ours
        self.media_settings = ""  # further ones of relay.conf
        # RELAY_WORKERS=4 make test: every lesson of the tests on so many.
        self.workers = int(os.environ.get("RELAY_WORKERS", "1"))
        self.queues = 1  # of the relay's device
        self.listener = self._listen(listen_port)
        self.port = self.listener.getsockname()[1]
        for number, school in enumerate(schools):
            school.number = number
            school.directory = os.path.join(self.directory, school.id)
            os.makedirs(school.directory, exist_ok=True)
        self.write_configuration()

    @staticmethod
    def _listen(port):
        """The socket that the relay inherits: made here, so that localhost reaches the relay."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        return listener

    # Configuration

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_configuration(self):
        os.makedirs(self.path("state"), mode=0o700, exist_ok=True)
        cpus = ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0)))
        queues = f",qpairs={self.queues}" if self.queues > 1 else ""
        lcores = ",".join(f"{lcore}@({cpus})" for lcore in range(1 + self.workers))
        write(
            self.path("relay.conf"),
            f"""media: {{
	device = "net_af_packet0,iface=media0{queues}";
	eal = ["--no-huge", "--no-shconf", "--no-pci", "-m", "256",
		"--lcores={lcores}"];
	workers = {self.workers};
	address = "{net.MEDIA_ADDRESS}/{net.MEDIA_PREFIX_BITS}";
	gateway = "{net.MEDIA_GATEWAY}";
	port = {net.MEDIA_PORT};
{self.media_settings}}};
control: {{
	listen = ["{net.CONTROL_ADDRESS}:{net.CONTROL_PORT}"];
	state_directory = "state";
}};
timetable = "timetable.conf";
""",
        )
        self.write_timetable()

    def write_timetable(self):
        plan = self.plan
        zone = zoneinfo.ZoneInfo(plan.zone)
        start = datetime.datetime.fromtimestamp(plan.start_s, zone)
        end = datetime.datetime.fromtimestamp(plan.end_s, zone)
        write(
            self.path("timetable.conf"),
            f"""county = "兰溪市"; zone = "{plan.zone}";
open_before_s = {plan.open_before_s}; grace_s = {plan.grace_s}; audio_dscp = 46; video_dscp = 34;
schools = "schools.csv"; endpoints = "endpoints.csv"; bells = "bells.csv";
pairs = "pairs.csv"; rules = "rules.csv";
""",
        )
        for name, rows in self.tables(start, end).items():
            write(self.path(name + ".csv"), "\n".join(rows) + "\n")

    def tables(self, start, end):
        """The timetable's CSV tables, line by line, for a lesson between two local times."""
        plan = self.plan
        streams = ";".join(kind + ("=opus" if kind == "audio" else "=h264") for kind in plan.kinds)
        assisted = ";".join(school.id for school in self.schools[1:])
        return {
            "schools": ["school,name,scope,contact,phone"]
            + [f"{school.id},{school.name},county,," for school in self.schools],
            "endpoints": ["endpoint,school,room,streams,profiles"]
            + [
                f"{school.endpoint},{school.id},1,{streams},{plan.profiles}"
                for school in self.schools
            ],
            "bells": ["school,effective_from,name,period,start,end,audience,note"]
            + [
                f"{school.id},2024-01-01,第一节,1,{start:%H:%M:%S},{end:%H:%M:%S},,"
                for school in self.schools
            ],
            "pairs": [
                "pair,lead,assisted,listeners,weekly_target",
                f"pair,{self.schools[0].id},{assisted},,4",
            ],
            "rules": [
                "rule,pair,weekday,period,weeks,subject,class,teacher,form,governing_bell,"
                "from,until,endpoints",
                f"chinese,pair,{start.isoweekday()},1,all,语文,三1班,王老师,synchronous,,,,",
            ],
        }

    def write_classroom(self, school, token, fingerprint):
        write(os.path.join(school.directory, "classroom.token"), token + "\n", 0o600)
        write(os.path.join(school.directory, "live.sh"), self.live_script(school))
        ports = " ".join(f"{kind} = {port};" for kind, port in INPUT_PORTS.items())
        commands = (
            ""
            if not self.media
            else f"""live_command = "exec bash '{school.directory}/live.sh'";
play_command = "{self.play_script(school)}";
"""
        )
        write(
            os.path.join(school.directory, "classroom.conf"),
            f"""relay = "{net.CONTROL_ADDRESS}:{net.CONTROL_PORT}";
certificate_sha256 = "{fingerprint}";
token_file = "classroom.token";
status_file = "classroom.json";
input: {{ address = "127.0.0.1"; {ports} }};
output: {{ address = "127.0.0.1"; port = 6000; directory = "."; }};
{commands}""",
        )

    def play_script(self, school):
        """What stands for the room's screen."""
        play = os.path.join(HERE, "play.py")
        return f"exec {sys.executable} '{play}' '{school.directory}/received'"

    def live_script(self, school):
        """What stands for the room's cameras and microphone."""
        ffmpeg = "ffmpeg -nostdin -hide_banner -loglevel error".split()
        words = list(ffmpeg)
        videos = [kind for kind in self.plan.kinds if kind != "audio"]
        for kind in videos:
            picture = f"{PICTURES.get(kind, 'testsrc')}=size=320x180:rate={FRAMES_PER_S}"
            words += ["-re", "-f", "lavfi", "-i", picture]
        for index, kind in enumerate(videos):
            caption = os.path.join(school.directory, f"{kind}.txt")
            write(caption, f"{school.latin} {kind}  %{{localtime}}")
            draw = (
                f"drawtext=fontfile={FONT}:textfile={caption}:fontsize=15:fontcolor=white:box=1:"
                "boxcolor=black@0.7:boxborderw=4:x=8:y=h-26"
            )
            words += ["-map", str(index), "-vf", draw, "-pix_fmt", "yuv420p"]
            words += "-c:v libx264 -preset ultrafast -tune zerolatency -threads 1 -b:v 250k".split()
            # Parameter sets come with every keyframe, once a second: who joins late sees soon.
            words += f"-g {FRAMES_PER_S} -x264-params repeat-headers=1 -payload_type 96".split()
            words += ["-f", "rtp", f"rtp://127.0.0.1:{INPUT_PORTS[kind]}?pkt_size=1200"]
        # The microphone is a program of its own: behind the cameras in one ffmpeg, sound comes in
        # clumps.
        tone = f"sine=frequency={school.tone_hz}:sample_rate=48000:samples_per_frame=960"
        sound = ffmpeg + ["-re", "-f", "lavfi", "-i", tone]
        sound += "-c:a libopus -b:a 32k -ac 2 -frame_duration 20 -payload_type 111 -f rtp".split()
        sound += [f"rtp://127.0.0.1:{INPUT_PORTS['audio']}?pkt_size=1200"]
        # Where one of them ends both do, and classroom starts them again.
        programs = ([words] if videos else []) + [sound]
        started = "".join(f"{shlex.join(program)} &\n" for program in programs)
        return f"exec >/dev/null 2>>live.log\n{started}wait -n\nkill 0\n"

    # Programs

    def start_relay(self):
        """Starts the relay with the inherited socket as file descriptor 3 (sd_listen_fds(3))."""
        inherited = self.listener.fileno()
        script = f'exec 3<&{inherited} {inherited}<&-; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        if inherited == 3:
            script = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"'
        with open(self.path("relay.log"), "ab") as log:
            self.relay = self.county.start(
                "relay",
                [
                    "bash",
                    "-c",
                    script,
                    "relay",
                    f"{self.build}/relay",
                    "--config",
                    self.path("relay.conf"),
                ],
                pass_fds=(inherited,),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                env={**os.environ, **self.environment},
            )
        self.relay_starts += 1

    def wait_ready(self, deadline_s=20):
        def ready():
            if self.relay.poll() is not None:
                raise RuntimeError(
                    f"the relay ended with {self.relay.returncode}:\n"
                    + tail(self.path("relay.log"))
                )
            try:
                return self.api("GET", "/readyz")["status"] == "ready"
            except (OSError, ApiError, http.client.HTTPException, ValueError):
                return False

        net.wait_until(
            ready, deadline_s, "the relay is not ready:\n" + tail(self.path("relay.log"))
        )

    def enrol(self):
        """Makes each school's credential and writes its classroom.conf."""
        with open(self.path("state/relay.crt"), encoding="ascii") as file:
            fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()
        for school in self.schools:
            made = self.api(
                "POST",
                "/v1/tokens",
                {"name": f"{school.endpoint} pc", "role": "endpoint", "endpoint": school.endpoint},
            )
            self.write_classroom(school, made["token"], fingerprint)

    def start_classroom(self, school):
        with open(os.path.join(school.directory, "classroom.log"), "ab") as log:
            school.process = self.county.start(
                f"classroom{school.number}",
                [
                    f"{self.build}/classroom",
                    "--config",
                    os.path.join(school.directory, "classroom.conf"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=school.directory,
            )
        school.starts += 1

    def start(self):
        self.start_relay()
        self.wait_ready()
        self.enrol()
        for school in self.schools:
            self.start_classroom(school)

    def revive(self):
        """Starts again what has died, as systemd would; tells what it did."""
        notes = []
        if self.relay.poll() is not None:
            notes.append(f"the relay ended ({self.relay.returncode}): started again")
            self.start_relay()
        for school in self.schools:
            if school.process.poll() is not None:
                notes.append(
                    f"{school.latin}'s classroom ended ({school.process.returncode}): started again"
                )
                self.county.end_role(f"classroom{school.number}")
                self.start_classroom(school)
        return notes

    def stop(self):
        """Ends the classrooms, then the relay, politely; returns the relay's exit status."""
        running = [school.process for school in self.schools if school.process] + (
            [self.relay] if self.relay else []
        )
        for process in running:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.listener.close()
        return self.relay.returncode if self.relay else None

    def kill_relay(self):
        self.relay.send_signal(signal.SIGKILL)
        self.relay.wait()

    # What they count

    def api(self, method, path, body=None, token=None, timeout_s=5):
        context = ssl.create_default_context(cafile=self.path("state/relay.crt"))
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=timeout_s, context=context
        )
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 300:
            raise ApiError(answer.status, text.strip())
        return json.loads(text)

    def flows(self):
        return self.api("GET", "/v1/flows")["flows"]

    def status(self, school):
        """The classroom's status file; None where there is none of the last seconds."""
        path = os.path.join(school.directory, "classroom.json")
        try:
            if time.time() - os.stat(path).st_mtime > STATUS_STALE_S:
                return None
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except (FileNotFoundError, ValueError):
            return None

    def status_written(self, school):
        """When the classroom wrote its status file last; None where there is none."""
        try:
            return os.stat(os.path.join(school.directory, "classroom.json")).st_mtime_ns
        except FileNotFoundError:
            return None

    def is_live(self, school):
        status = self.status(school)
        return bool(status and status["state"] in ("live", "grace") and status["path_up"])

    def sent(self, school, unit="frames"):
        """What a school has sent: kind -> frames (or packets, bytes)."""
        status = self.status(school)
        return {entry["kind"]: entry[unit] for entry in status["send"]} if status else {}

    def received(self, school, sender, unit="packets"):
        status = self.status(school)
        return (
            {
                entry["kind"]: entry[unit]
                for entry in status["receive"]
                if entry["endpoint"] == sender.endpoint
            }
            if status
            else {}
        )

    def received_files(self, school, sender, pattern):
        return sorted(
            glob.glob(os.path.join(school.directory, "received", sender.endpoint, pattern))
        )

    def decoded(self, school, sender, kind):
        """Pictures of one video that a school has decoded, over all runs of its player."""
        count = 0
        for path in self.received_files(school, sender, f"*-{kind}.framecrc"):
            count += self._count_pictures(path)
        return count

    def _count_pictures(self, path):
        """Whole lines of a framecrc file that are no comments, reading on from the last time."""
        offset, count = self.tails.get(path, (0, 0))
        with open(path, "rb") as file:
            file.seek(offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        count += sum(1 for line in whole.splitlines() if line[:1].isdigit())
        self.tails[path] = (offset + len(whole), count)
        return count

    def heard(self, school, sender, seconds=2.0):
        """How much of what a school heard last is the sender's tone, 0 to 1."""
        wanted = int(seconds * AUDIO_RATE_HZ) * 2
        for path in reversed(self.received_files(school, sender, "*-audio.pcm")):
            size = os.path.getsize(path) & ~1
            if size < wanted:
                continue
            with open(path, "rb") as file:
                file.seek(size - wanted)
                return tone_share(
                    array.array("h", file.read(wanted)), sender.tone_hz, AUDIO_RATE_HZ
                )
        return 0.0


def tone_share(samples, frequency_hz, rate_hz):
    """Goertzel's algorithm: the power at one frequency as a share of the whole."""
    total = sum(sample * sample for sample in samples)
    if total == 0:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * frequency_hz / rate_hz)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    power = last * last + before * before - coefficient * last * before
    return 2 * power / (len(samples) * total)
