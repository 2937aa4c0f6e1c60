"""Clusters that do not exist, for tests of the dashboard: what the coordinator would answer for them."""
import math
import random

NOW_MS = 1_790_000_000_000
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\"'&</script>"
TASKS = ["image MLP fashion_mnist 8x8 [32]", "conv net fashion_mnist 8x8 [16, 32]", "transformer text 64x32",
         "quadratic 10"]
RIVALS = ["Muon, 50 trials", "SOAP, 50 trials", "Muon, zero-shot", "SOAP, zero-shot", "Shampoo, 50 trials", "Lion, 50 trials",
          "AdamW, 50 trials", "RMSProp, 50 trials", "quickstart (learned)", "Adam, zero-shot"]
CONFIG = """name: {name}
seed: 1
optimizer: {{adafac_mlp: {{hidden: 4}}}}
tasks:
  - image_mlp: {{dataset: fashion_mnist, size: 8, hidden: [32], activation: relu, batch: 128}}
episode: {{log_uniform: {{min: 100, max: 1000}}}}
estimator: {{nres: {{window: 50, sigma: 0.01}}, particles: 64, block: 8}}
outer: {{steps: 4000, optimizer: {{adam: {{learning_rate: 1.0e-3}}}}}}
aggregation: strict
"""


def job(name, state="running", step=2800, steps=4000, **more):
    began = None if state == "queued" else NOW_MS - 3_600_000
    ended = NOW_MS - 60_000 if state in ("succeeded", "failed", "cancelled") else None
    summary = {
        "job": name, "state": state, "step": step, "steps": steps, "loss": 0.7613, "recent_loss": 0.7521, "message": "",
        "warning": "", "submitter": "ann", "priority": 0, "submitted_ms": NOW_MS - 4_000_000, "started_ms": began,
        "ended_ms": ended, "seconds_left": 1140 if state == "running" else None,
        "inner_steps_per_second": 41200.0 if state == "running" else 0, "progress_of_best": 0.83,
    }
    if state == "queued":
        summary.update(step=0, loss=None, recent_loss=None, progress_of_best=None)
    return summary | more


def worker(i, **more):
    device = ["cpu avx512", "cpu avx2", "cuda:0 NVIDIA H200"][i % 3]
    return {
        "id": i, "name": f"node-{i:03d}", "peer": f"10.0.{i // 250}.{i % 250}:41{i % 1000:03d}", "device": device,
        "version": "0.1.0", "protocol": 6, "threads": 16, "blocks": 8 + i % 5, "units": i % 2,
        "inner_steps_per_second": 20000.0 + 37 * (i * 7919 % 101), "resident_bytes": 640_000_000 + i * 1_000_000,
        "memory_bytes": 16_000_000_000, "seconds_since_heard": 1.0 if i % 97 else 31.0, "answers": 1000 + 13 * i,
        "identity": f"worker-{i}", "engines": ["reference", "fused", "torch"],
    } | more


def contestant(key, title, learned=False):
    place = 1 + int(key[1:])
    return {"key": key, "title": title, "learned": learned, "place": place, "mean_rank": 1.4 + 0.9 * (place - 1), "cases": 4,
            "best_on": max(0, 3 - place), "runs": 24}


def evaluation(name, state="succeeded", **more):
    return {
        "evaluation": name, "state": state, "units_done": 240 if state == "succeeded" else 87, "units_known": 240,
        "seconds_left": None if state == "succeeded" else 95, "message": "", "submitted_ms": NOW_MS - 900_000,
        "ended_ms": NOW_MS - 300_000 if state == "succeeded" else None, "job": "quickstart", "job_step": 2800,
        "submitter": "ann",
        "suite": "suite-quick", "fingerprint": "9a1c" * 16, "events": ["submitted by ann", "2 workers compute it"],
        "contestants": [contestant(f"c{i}", title, i == 8) for i, title in enumerate(RIVALS)] if state == "succeeded" else [],
        "cases": [{"key": f"width-{width}", "title": f"image MLP 8x8 [{width}] relu, batch 128", "steps": 1000}
                  for width in (64, 256)] if state == "succeeded" else [],
    } | more


def empty():
    return {"jobs": [], "workers": [], "evaluations": []}


def usual():
    jobs = [
        job("quickstart"), job("wide-mix", "paused", step=310, steps=20000, recent_loss=5.213, message="paused by ann"),
        job("two-tasks", "paused", step=120, steps=400, recent_loss=1.084, message="paused by ann"),
        job("curvature", "queued", priority=5), job("held-out", "queued", submitter="bob"),
        job("mlp-lopt-pes", "succeeded", step=4000, recent_loss=0.6871), job("lorenz", "failed", step=17, steps=400, recent_loss=1.33e5,
            message="block 3 of step 17 failed 5 times: the device has 0 bytes of memory left"),
        job("async", "cancelled", step=512, steps=1000, recent_loss=0.9045), job("flat", "succeeded", step=400, steps=400, recent_loss=2.303,
            warning="the outer loss has not moved for 300 outer steps: a learning rate that is too small?"),
    ]
    return {"jobs": jobs, "workers": [worker(i) for i in range(1, 7)], "evaluations": [
        evaluation("quickstart-step-2800", "running"), evaluation("suite-quick"), evaluation("nightly", "failed",
            message="no worker has the data set tables/iris")]}


def large(jobs=1000, workers=500):
    states = ["running", "paused"] + ["queued"] * 40 + ["succeeded", "failed", "cancelled"] * jobs
    return {"jobs": [job(f"sweep-{i:04d}", states[i], step=i) for i in range(jobs)],
            "workers": [worker(i) for i in range(1, workers + 1)], "evaluations": []}


def hostile():
    named = job(HOSTILE, warning=HOSTILE, message=HOSTILE, submitter=HOSTILE)
    return {"jobs": [named], "workers": [worker(1, name=HOSTILE, device=HOSTILE, identity=HOSTILE, version=HOSTILE)],
            "evaluations": [evaluation(HOSTILE, job=HOSTILE, message=HOSTILE, contestants=[contestant("c0", HOSTILE)], events=[HOSTILE])]}


def detail(summary):
    return {
        "summary": summary, "parameters": 2409, "theta_hash": "3b0f" * 16, "fingerprint": "9a1c" * 16, "inner_steps": 88_200_000,
        "diverged": 14, "refusals": [{"refusal": "out_of_range", "count": 3}, {"refusal": "old_lease", "count": 41}],
        "audits": 28, "audit_mismatches": 0 if summary["state"] != "failed" else 2, "tasks": TASKS,
        "folder": f"/srv/paceline/jobs/{summary['job']}"[:120],
    }


def held_out(summary):
    def record(step):
        progress = 0.95 * (1 - math.exp(-step / 900))
        cases = [{"key": key, "loss": 2.3 - progress, "progress": min(2, progress * factor)}
                 for key, factor in (("unseen-weights", 1.1), ("width-64", 0.9), ("depth-3", 0.7))]
        return {"step": step, "evaluation": f"quickstart-step-{step}", "progress": progress, "place": 41 - int(36 * progress),
                "contestants": 41, "runs": 24, "failed": 0, "cases": cases, "unix_ms": NOW_MS - 1000 * (4000 - step)}
    return {"records": [record(step) for step in range(200, summary["step"] + 1, 200)]}


def events(summary):
    texts = ["submitted by ann", "started on 2 workers", "worker node-003 left; its 4 blocks go to node-001", "checkpoint 2800 written"]
    return {"events": [{"id": 1 + i, "unix_ms": NOW_MS - 3_600_000 + 60_000 * i, "text": text} for i, text in enumerate(texts)]}


def value_of(metric, step, steps, noise):
    falling = 0.7 + 1.6 * math.exp(-4 * step / max(1, steps))
    if metric.startswith("task:"):
        return falling * (1 + 0.3 * int(metric[5:])) + 0.08 * noise
    return {
        "loss": falling + 0.06 * noise, "loss_spread": 0.2 + 0.02 * noise, "gradient_norm": 1.4 * falling * math.exp(0.3 * noise),
        "gradient_variance": 12 * falling * math.exp(0.5 * noise), "update_norm": 0.01 * falling * math.exp(0.1 * noise),
        "theta_norm": 9.1 + 3 * step / max(1, steps), "learning_rate": 1e-3 * (0.5 + 0.5 * math.cos(math.pi * step / max(1, steps))),
        "diverged": max(0, round(noise - 1.5)), "inner_steps_per_second": 41000 + 900 * noise, "seconds": 0.6 + 0.02 * noise,
        "coordinator_seconds": 0.012, "workers": 6, "staleness": None,
    }[metric]


def series(summary, metrics, first, last, points):
    last = min(last or summary["step"], summary["step"])
    bucket = max(1, math.ceil((last - first + 1) / points))
    steps = [min(last, step + bucket - 1) for step in range(first, last + 1, bucket)]
    draw = random.Random(summary["job"])
    found = {}
    for metric in metrics:
        values = [value_of(metric, step, summary["steps"], draw.gauss(0, 1)) for step in steps]
        spread = 0.0 if bucket == 1 else 0.12
        found[metric] = {
            "step": steps, "mean": values, "min": [None if v is None else v - spread * abs(v) for v in values],
            "max": [None if v is None else v + spread * abs(v) for v in values],
        }
    return {"job": summary["job"], "last_step": summary["step"], "bucket": bucket, "building": False, "series": found}
