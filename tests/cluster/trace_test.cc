// What real programs record of a job, joined to one trace.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/file.h"
#include "common/trace/read_spans.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cluster/cluster.h"
#include "tests/cluster/jobs.h"

namespace paceline {
namespace {

using nlohmann::json;

constexpr char kTraceId[] = "0af7651916cd43dd8448eb211c80319c";
constexpr char kParent[] = "b7ad6b7169203331";
constexpr int64_t kSteps = 200;  // of kTinyJob
// The programs share a clock, which may be set while they run.
constexpr int64_t kToleranceNs = 2'000'000;
// Whoever takes longer may be late, and another's answer counts.
constexpr int64_t kPatientNs = 1'000'000'000;

// As the standard's own tool reads it: {"spans": n, "names": [...]}, or an error.
constexpr char kReader[] = R"(
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
document = json.load(open(sys.argv[1]))
def ids(span):
    for key in ('traceId', 'spanId', 'parentSpanId'):
        if key in span:  # OTLP writes them in hexadecimal, protobuf's JSON in base64
            span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
for resource in document['resourceSpans']:
    for scope in resource['scopeSpans']:
        for span in scope['spans']:
            ids(span)
request = json_format.Parse(json.dumps(document), ExportTraceServiceRequest())
spans = [s for r in request.resource_spans for o in r.scope_spans for s in o.spans]
assert all(len(s.trace_id) == 16 and len(s.span_id) == 8 for s in spans)
assert all(0 < s.start_time_unix_nano <= s.end_time_unix_nano for s in spans)
print(json.dumps({'spans': len(spans), 'names': sorted({s.name for s in spans})}))
)";

std::string Python() {
  const char* deps = std::getenv("PACELINE_DEPS");
  return std::string(deps != nullptr ? deps : "/opt/paceline") + "/testing/venv/bin/python";
}

struct Recorded {
  std::vector<SpanData> spans;
  std::map<SpanId, const SpanData*> by_id;

  std::vector<const SpanData*> Named(const std::string& name) const {
    std::vector<const SpanData*> named;
    for (const SpanData& span : spans) {
      if (span.name == name) named.push_back(&span);
    }
    return named;
  }
  const SpanData* ParentOf(const SpanData& span) const {
    const auto found = by_id.find(span.parent);
    return found == by_id.end() ? nullptr : found->second;
  }
};

int64_t Number(const SpanData& span, const std::string& key) {
  for (const SpanAttribute& attribute : span.attributes) {
    if (attribute.key == key) return std::get<int64_t>(attribute.value);
  }
  return -1;
}

void ExpectWithin(const SpanData& child, const SpanData& parent) {
  EXPECT_GE(child.start_ns, parent.start_ns - kToleranceNs) << child.name;
  EXPECT_LE(child.end_ns, parent.end_ns + kToleranceNs) << child.name;
}

class TraceTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const { return folder_.path() + "/" + name; }
  std::vector<std::string> Tracing(const std::string& name) const {
    return {"--trace", File(name + ".jsonl")};
  }
  std::vector<std::string> Files() const {
    return {File("coordinator.jsonl"), File("w0.jsonl"), File("w1.jsonl")};
  }

  // Name of the job, which is submitted as a part of kTraceId.
  std::string Submit(Cluster& cluster) {
    std::ofstream(File("job.yaml")) << kTinyJob;
    Process submit("paceline", {"submit", File("job.yaml"), "--coordinator", cluster.address()},
                   {{"TRACEPARENT", std::string("00-") + kTraceId + "-" + kParent + "-01"}});
    EXPECT_EQ(submit.Wait(), 0) << submit.output();
    return kTinyName;
  }

  // A job with two workers, of whom one is killed on the way.
  Recorded RunJob() {
    Cluster cluster(Tracing("coordinator"));
    for (const char* name : {"w0", "w1"}) cluster.StartWorker(1, {}, Tracing(name));
    EXPECT_TRUE(cluster.WaitForWorkers(2));
    const std::string job = Submit(cluster);
    cluster.WaitForStep(job, kSteps / 4);
    cluster.worker(1).Signal(SIGKILL);
    cluster.WaitForEnd(job);
    EXPECT_EQ(cluster.Hash(job), UndisturbedHash(kTinyJob));  // which nobody traces
    cluster.worker(0).Signal(SIGTERM);
    EXPECT_EQ(cluster.worker(0).Wait(), 0);
    cluster.coordinator().Signal(SIGTERM);
    EXPECT_EQ(cluster.coordinator().Wait(), 0);
    return Read();
  }

  Recorded Read() {
    Recorded recorded;
    for (const std::string& file : Files()) {
      const auto read = ReadSpanFile(file);
      EXPECT_TRUE(read.ok()) << read.status();
      for (const SpanBatch& batch : read->batches) {
        for (const SpanData& span : batch.spans) {
          if (Hex(span.context.trace_id) == kTraceId) recorded.spans.push_back(span);
        }
      }
    }
    for (const SpanData& span : recorded.spans) recorded.by_id[span.context.span_id] = &span;
    return recorded;
  }

  static constexpr char kTinyName[] = "tiny";
  TemporaryFolder folder_;
};

void ExpectSteps(const Recorded& recorded) {
  const auto submits = recorded.Named("paceline.v1.JobService/Submit");
  ASSERT_EQ(submits.size(), 1u);
  EXPECT_EQ(Hex(submits[0]->parent), kParent);
  const auto jobs = recorded.Named("job");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0]->parent, submits[0]->context.span_id);
  std::set<int64_t> steps;
  for (const SpanData* step : recorded.Named("outer step")) {
    EXPECT_EQ(step->parent, jobs[0]->context.span_id);
    ExpectWithin(*step, *jobs[0]);
    steps.insert(Number(*step, "step"));
  }
  EXPECT_GE(steps.size(), static_cast<size_t>(kSteps));
  for (const char* phase : {"publish", "gather", "estimate", "commit"}) {
    const auto spans = recorded.Named(phase);
    EXPECT_GE(spans.size(), static_cast<size_t>(kSteps)) << phase;
    for (const SpanData* span : spans) {
      const SpanData* step = recorded.ParentOf(*span);
      ASSERT_NE(step, nullptr);
      EXPECT_EQ(step->name, "outer step");
      ExpectWithin(*span, *step);
    }
  }
}

void ExpectWindows(const Recorded& recorded) {
  const auto windows = recorded.Named("window");
  EXPECT_GE(windows.size(), static_cast<size_t>(kSteps) * 7);  // of 8 blocks
  for (const SpanData* window : windows) {
    const SpanData* step = recorded.ParentOf(*window);
    ASSERT_NE(step, nullptr);
    EXPECT_EQ(step->name, "outer step");
    EXPECT_EQ(Number(*step, "step"), Number(*window, "step"));
    EXPECT_GE(window->start_ns, step->start_ns - kToleranceNs);
    if (window->end_ns - window->start_ns < kPatientNs) ExpectWithin(*window, *step);
  }
  for (const char* part : {"run", "remake", "send"}) {
    const auto spans = recorded.Named(part);
    EXPECT_FALSE(spans.empty()) << part;
    for (const SpanData* span : spans) {
      const SpanData* window = recorded.ParentOf(*span);
      // Of a worker that was killed, what had not ended is not known.
      if (window == nullptr) continue;
      EXPECT_EQ(window->name, "window") << part;
      EXPECT_GE(span->start_ns, window->start_ns - kToleranceNs);
      // An answer is on its way while the worker goes on.
      if (span->name != "send") ExpectWithin(*span, *window);
    }
  }
}

// What Perfetto and Chrome demand of a trace.
void ExpectChrome(const json& trace) {
  ASSERT_TRUE(trace.is_object());
  double before = 0;
  std::map<std::pair<int, int>, std::vector<double>> open;  // ends, by process and lane
  std::set<int> processes;
  for (const json& event : trace["traceEvents"]) {
    ASSERT_TRUE(event["ts"].is_number() && event["pid"].is_number() && event["tid"].is_number());
    const double at = event["ts"];
    EXPECT_GE(at, before);
    before = at;
    if (event["ph"] != "X") continue;
    ASSERT_GE(event["dur"].get<double>(), 0);
    const int process = event["pid"], lane = event["tid"];
    processes.insert(process);
    std::vector<double>& ends = open[{process, lane}];
    constexpr double kRounding = 0.001;
    while (!ends.empty() && ends.back() <= at + kRounding) ends.pop_back();
    const double end = at + event["dur"].get<double>();
    if (!ends.empty()) {
      EXPECT_LE(end, ends.back() + kRounding);
    }
    ends.push_back(end);
  }
  EXPECT_EQ(processes.size(), 3u);
}

TEST_F(TraceTest, AJobIsOneTraceOfItsClientItsStepsAndTheirWindows) {
  const Recorded recorded = RunJob();
  ExpectSteps(recorded);
  ExpectWindows(recorded);

  std::vector<std::string> arguments = {"trace", "--out", File("trace.json")};
  for (const std::string& file : Files()) arguments.push_back(file);
  const Finished joined = RunProgram("paceline", arguments);
  ASSERT_EQ(joined.status, 0) << joined.err;
  EXPECT_THAT(joined.out, ::testing::HasSubstr(" of 3 programs in "));
  ExpectChrome(json::parse(*ReadFile(File("trace.json")), nullptr, false));

  arguments[2] = File("otlp.json");
  arguments.push_back("--otlp");
  ASSERT_EQ(RunProgram("paceline", arguments).status, 0);
  std::ofstream(File("reader.py")) << kReader;
  const Finished read = RunProgram(Python(), {File("reader.py"), File("otlp.json")});
  ASSERT_EQ(read.status, 0) << read.err;
  EXPECT_GE(json::parse(read.out)["spans"].get<size_t>(), recorded.spans.size());
}

TEST_F(TraceTest, AfterARestartTheJobGoesOnInATraceOfItsOwn) {
  Cluster cluster(Tracing("coordinator"));
  cluster.StartWorker(1, {}, Tracing("w0"));
  const std::string job = Submit(cluster);
  cluster.WaitForStep(job, 5);
  cluster.coordinator().Signal(SIGKILL);
  cluster.coordinator().Wait();
  cluster.RestartCoordinator();
  cluster.WaitForEnd(job);
  cluster.coordinator().Signal(SIGTERM);
  ASSERT_EQ(cluster.coordinator().Wait(), 0);
  const auto read = ReadSpanFile(File("coordinator.jsonl"));
  ASSERT_TRUE(read.ok()) << read.status();
  std::set<TraceId> traces;
  for (const SpanBatch& batch : read->batches) {
    for (const SpanData& span : batch.spans) {
      if (span.name != "job") continue;
      traces.insert(span.context.trace_id);
      EXPECT_FALSE(span.parent.valid());
      EXPECT_EQ(span.attributes, (std::vector<SpanAttribute>{{"job", job}}));
    }
  }
  EXPECT_EQ(traces.size(), 1u);
}

}  // namespace
}  // namespace paceline
