"""A coordinator and a worker as processes of their own, in a folder that goes with them."""
import os
import shutil
import signal
import subprocess
import tempfile
import time

WAIT_SECONDS = 60


class Cluster:
    def __init__(self, programs):
        self.programs = programs
        self.folder = tempfile.mkdtemp(prefix="paceline-dashboard-")
        self.data = os.path.join(self.folder, "data")
        self.processes = {}
        self.start_coordinator("127.0.0.1:0", "127.0.0.1:0")
        self.listen = self.read("address")
        self.url = self.read("http_address")
        self.start("paceline-worker", "--coordinator", self.listen, "--threads", "1")

    def start(self, program, *arguments):
        command = [os.path.join(self.programs, program), *arguments]
        with open(os.path.join(self.folder, f"{program}.log"), "ab") as log:
            self.processes[program] = subprocess.Popen(command, stdout=log, stderr=log)

    def start_coordinator(self, listen, http):
        self.start("paceline-coordinator", "--data", self.data, "--listen", listen, "--http", http)

    def kill_coordinator(self):
        """Without a chance to say goodbye."""
        self.processes["paceline-coordinator"].send_signal(signal.SIGKILL)
        self.processes["paceline-coordinator"].wait()

    def restart_coordinator(self):
        """Where it was before."""
        self.start_coordinator(self.listen, self.url.removeprefix("http://"))

    def read(self, name):
        """A file that the coordinator writes into its data folder when it is ready."""
        path = os.path.join(self.data, name)
        end = time.monotonic() + WAIT_SECONDS
        while not os.path.exists(path):
            if time.monotonic() > end or self.processes["paceline-coordinator"].poll() is not None:
                raise RuntimeError(f"no {path}: {self.log('paceline-coordinator')}")
            time.sleep(0.02)
        with open(path, encoding="utf-8") as file:
            return file.read().strip()

    def token(self, name, role):
        command = [os.path.join(self.programs, "paceline"), "tokens", "issue", name, "--role", role, "--coordinator", self.listen]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def log(self, program):
        with open(os.path.join(self.folder, f"{program}.log"), encoding="utf-8") as file:
            return file.read()

    def stop(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)
