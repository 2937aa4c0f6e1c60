#include <iterator>
#include <memory>
#include <set>

#include "common/base/output.h"
#include "common/trace/read_spans.h"
#include "coordinator/cli/commands/answer.h"
#include "coordinator/cli/commands/commands.h"
#include "coordinator/cli/commands/context.h"
#include "coordinator/cli/view/chrome_trace.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

struct TraceOptions {
  std::vector<std::string> files;
  std::string output;
  bool otlp = false;
  bool force = false;
};

struct Counts {
  std::set<TraceResource> programs;
  std::set<TraceId> traces;
  size_t spans = 0;
};

Counts Count(const std::vector<SpanBatch>& batches) {
  Counts counts;
  for (const SpanBatch& batch : batches) {
    counts.programs.insert(batch.resource);
    for (const SpanData& span : batch.spans) counts.traces.insert(span.context.trace_id);
    counts.spans += batch.spans.size();
  }
  return counts;
}

absl::StatusOr<std::vector<SpanBatch>> ReadAll(const Context& context,
                                               const std::vector<std::string>& files) {
  std::vector<SpanBatch> batches;
  for (const std::string& file : files) {
    auto read = ReadSpanFile(file);
    if (!read.ok()) return read.status();
    if (read->lines_left_out > 0) {
      context.environment.err << fmt::format("paceline: {}: {} lines are left out, first {}\n",
                                             file, read->lines_left_out, read->why);
    }
    std::ranges::move(read->batches, std::back_inserter(batches));
  }
  return batches;
}

absl::StatusOr<ExitStatus> Trace(const Context& context, const TraceOptions& options) {
  const OutputRules rules{.force = options.force, .inputs = options.files};
  if (absl::Status may = CheckOutput(options.output, rules); !may.ok()) return may;
  const auto batches = ReadAll(context, options.files);
  if (!batches.ok()) return batches.status();
  const std::string text = options.otlp ? OtlpDocument(*batches) : ChromeTrace(*batches);
  absl::Status written = WriteOutput(options.output, text + "\n", rules);
  if (!written.ok()) return written;
  const Counts counts = Count(*batches);
  Answer(context,
         {{"spans", counts.spans},
          {"programs", counts.programs.size()},
          {"traces", counts.traces.size()},
          {"written", options.output}},
         fmt::format("{} spans of {} programs in {} traces, written to {}\n", counts.spans,
                     counts.programs.size(), counts.traces.size(), options.output));
  return kExitOk;
}

}  // namespace

void AddTrace(Command& app, Context& context) {
  auto options = std::make_shared<TraceOptions>();
  Command& command = AddCommand(
      app, context, "trace", "Join the files that --trace wrote into one trace for ui.perfetto.dev",
      [&context, options] { return Trace(context, *options); });
  command.AddOption("FILES", options->files, "What coordinator and workers wrote").Required();
  command.AddOption("--out,--output,-o", options->output, "The file to write")
      .TypeName("FILE")
      .Required();
  command.AddFlag("--otlp", options->otlp,
                  "Write one request of OTLP in JSON, for collectors, instead of a trace of "
                  "Chrome's");
  AddForceFlag(command, options->force);
  AddJsonFlag(command, context);
}

}  // namespace paceline
