#include "coordinator/cli/view/chrome_trace.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include "coordinator/cli/view/span_lanes.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using Json = nlohmann::ordered_json;

struct Program {
  TraceResource resource;
  std::vector<SpanData> spans;
  std::vector<int> lanes;  // of the spans
};

// Where a span is drawn.
struct Place {
  const SpanData* span = nullptr;
  size_t process = 0;
  int lane = 0;
};
using Places = std::map<std::pair<TraceId, SpanId>, Place>;

// In the order of their names, each with its spans in the order of their starts.
std::vector<Program> ProgramsOf(const std::vector<SpanBatch>& batches) {
  std::map<TraceResource, std::vector<SpanData>> by_resource;
  for (const SpanBatch& batch : batches) {
    auto& spans = by_resource[batch.resource];
    spans.insert(spans.end(), batch.spans.begin(), batch.spans.end());
  }
  std::vector<Program> programs;
  for (auto& [resource, spans] : by_resource) {
    std::ranges::stable_sort(
        spans, {}, [](const SpanData& span) { return std::pair(span.start_ns, -span.end_ns); });
    std::vector<int> lanes = LanesOf(spans);
    programs.push_back({resource, std::move(spans), std::move(lanes)});
  }
  return programs;
}

int64_t FirstStart(const std::vector<Program>& programs) {
  int64_t first = std::numeric_limits<int64_t>::max();
  for (const Program& program : programs) {
    if (!program.spans.empty()) first = std::min(first, program.spans.front().start_ns);
  }
  return first == std::numeric_limits<int64_t>::max() ? 0 : first;
}

Json ArgumentsOf(const SpanData& span) {
  Json arguments = Json::object();
  for (const SpanAttribute& attribute : span.attributes) {
    std::visit([&](const auto& value) { arguments[attribute.key] = value; }, attribute.value);
  }
  if (span.failed) arguments["error"] = span.message;
  arguments["trace_id"] = Hex(span.context.trace_id);
  arguments["span_id"] = Hex(span.context.span_id);
  if (span.parent.valid()) arguments["parent_span_id"] = Hex(span.parent);
  return arguments;
}

class Writer {
 public:
  explicit Writer(const std::vector<Program>& programs)
      : programs_(programs), first_ns_(FirstStart(programs)) {
    for (size_t process = 0; process < programs.size(); ++process) {
      const Program& program = programs[process];
      for (size_t i = 0; i < program.spans.size(); ++i) {
        const SpanData& span = program.spans[i];
        places_[{span.context.trace_id, span.context.span_id}] = {&span, process, program.lanes[i]};
      }
    }
  }

  Json Write() {
    Json events = Json::array();
    for (size_t process = 0; process < programs_.size(); ++process) AddNames(process, events);
    for (const auto& [id, place] : places_) AddSpan(place);
    std::ranges::stable_sort(events_, {}, [](const auto& event) {
      return std::pair(event.first.first, -event.first.second);
    });
    for (auto& [order, event] : events_) events.push_back(std::move(event));
    return {{"displayTimeUnit", "ms"},
            {"otherData", {{"first_start_unix_ns", fmt::format("{}", first_ns_)}}},
            {"traceEvents", std::move(events)}};
  }

 private:
  double Microseconds(int64_t ns) const { return static_cast<double>(ns - first_ns_) / 1000; }

  Json Event(const char* phase, const Place& place, int64_t at_ns) const {
    return {{"ph", phase},           {"name", place.span->name},
            {"cat", "paceline"},     {"pid", place.process + 1},
            {"tid", place.lane + 1}, {"ts", Microseconds(at_ns)}};
  }

  void AddNames(size_t process, Json& events) const {
    const Program& program = programs_[process];
    const auto named = [&](const char* what, int lane, const std::string& name) {
      events.push_back({{"ph", "M"},
                        {"name", what},
                        {"pid", process + 1},
                        {"tid", lane},
                        {"ts", 0},
                        {"args", {{"name", name}}}});
    };
    const TraceResource& resource = program.resource;
    named("process_name", 0,
          fmt::format("{} {} ({})", resource.service, resource.instance, resource.pid));
    const auto last = std::ranges::max_element(program.lanes);
    const int lanes = last == program.lanes.end() ? 0 : *last + 1;
    for (int lane = 1; lane <= lanes; ++lane) {
      named("thread_name", lane, fmt::format("lane {}", lane));
    }
  }

  void AddSpan(const Place& place) {
    const SpanData& span = *place.span;
    Json event = Event("X", place, span.start_ns);
    event["dur"] = static_cast<double>(span.end_ns - span.start_ns) / 1000;
    event["args"] = ArgumentsOf(span);
    events_.push_back({{span.start_ns, span.end_ns}, std::move(event)});
    const auto parent = places_.find({span.context.trace_id, span.parent});
    if (parent != places_.end() && parent->second.process != place.process) {
      AddArrow(parent->second, place);
    }
  }

  void AddArrow(const Place& from, const Place& to) {
    const int64_t end = to.span->start_ns;
    // Clocks of two machines differ: it begins where the parent is.
    const int64_t begin = std::clamp(end, from.span->start_ns, from.span->end_ns);
    Json start = Event("s", from, begin), finish = Event("f", to, end);
    start["name"] = finish["name"] = "asks";
    start["id"] = finish["id"] = Hex(to.span->context.span_id);
    finish["bp"] = "e";
    events_.push_back({{begin, begin}, std::move(start)});
    events_.push_back({{end, end}, std::move(finish)});
  }

  const std::vector<Program>& programs_;
  const int64_t first_ns_;
  Places places_;
  // By start and end.
  std::vector<std::pair<std::pair<int64_t, int64_t>, Json>> events_;
};

}  // namespace

std::string ChromeTrace(const std::vector<SpanBatch>& batches) {
  const std::vector<Program> programs = ProgramsOf(batches);
  return Writer(programs).Write().dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace paceline
