// paceline trace: files of spans as one trace. No coordinator is needed.
#include "common/trace/otlp_json.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/coordinator/cli/commands/commands_fixture.h"

namespace paceline {
namespace {

using ::testing::HasSubstr;

class TraceCommandTest : public CommandsTest {
 protected:
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  // A program's line with one span.
  static std::string Line(const std::string& program) {
    SpanData span;
    span.context = {.trace_id = NewTraceId(), .span_id = NewSpanId(), .sampled = true};
    span.name = "window";
    span.start_ns = span.end_ns = 1;
    return OtlpLine({.service = program, .instance = "", .pid = 1}, std::vector{span}) + "\n";
  }
};

TEST_F(TraceCommandTest, FilesAreJoinedToOneTraceOfChromesOrOneRequestOfOtlp) {
  const std::string first = Write("first", Line("a") + Line("a")), second = Write("b", Line("b"));
  EXPECT_EQ(Run({"trace", first, second, "--out", Path("trace.json")}), 0) << err();
  EXPECT_EQ(out(), "3 spans of 2 programs in 3 traces, written to " + Path("trace.json") + "\n");
  const auto chrome = nlohmann::json::parse(*ReadFile(Path("trace.json")));
  EXPECT_EQ(chrome["traceEvents"].size(), 7u);  // two programs, a lane each, three spans
  EXPECT_EQ(Run({"trace", first, second, "--otlp", "--json", "--out", Path("otlp.json")}), 0);
  EXPECT_EQ(nlohmann::json::parse(out())["spans"], 3);
  EXPECT_EQ(ReadOtlpLine(*ReadFile(Path("otlp.json")))->size(), 3u);
}

TEST_F(TraceCommandTest, ALineThatIsNotFinishedIsLeftOutAndToldOf) {
  const std::string torn = Write("torn", Line("a") + Line("a").substr(0, 50));
  EXPECT_EQ(Run({"trace", torn, "--out", Path("trace.json")}), 0);
  EXPECT_THAT(out(), HasSubstr("1 spans of 1 programs"));
  EXPECT_EQ(err(), "paceline: " + torn + ": 1 lines are left out, first line 2: no JSON\n");
}

TEST_F(TraceCommandTest, WhatHoldsNoSpansIsNamedAndNothingIsWritten) {
  for (const auto& [file, status, why] : std::vector<std::tuple<std::string, int, std::string>>{
           {Path("none"), 4, Path("none")},
           {Write("config", kTinyConfig), 2, "holds no spans, as --trace writes them: line 1"},
           {Write("json", "{}\n"), 2, "there is no list 'resourceSpans'"}}) {
    EXPECT_EQ(Run({"trace", file, "--out", Path("trace.json")}), status) << err();
    EXPECT_THAT(err(), HasSubstr(why));
    EXPECT_FALSE(std::filesystem::exists(Path("trace.json")));
  }
}

TEST_F(TraceCommandTest, WhatItReadsIsNotWrittenOver) {
  const std::string file = Write("spans", Line("a"));
  EXPECT_NE(Run({"trace", file, "--out", file, "--force"}), 0);
  EXPECT_THAT(err(), HasSubstr("it is what this command reads"));
}

TEST_F(TraceCommandTest, ATraceparentThatIsNoneIsToldOfAndNotUsed) {
  setenv("TRACEPARENT", "00-nothing", 1);
  EXPECT_EQ(Run({"check", config()}), 0);
  unsetenv("TRACEPARENT");
  EXPECT_THAT(err(), HasSubstr("paceline: $TRACEPARENT is not used: no traceparent"));
}

}  // namespace
}  // namespace paceline
