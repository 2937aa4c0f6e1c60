// The files in data/ were written by flax.serialization.to_bytes (flax 0.12): element i of θ is
// (i + 1)/64.
#include "common/checkpoint/theta_state.h"

#include <cmath>
#include <cstring>

#include "common/base/file.h"
#include "common/checkpoint/float_formats.h"
#include "common/msgpack/msgpack.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/checkpoint/optimizers.h"

namespace paceline {
namespace {

using testing::Counted;
using ::testing::HasSubstr;
using testing::OptimizerOf;

std::string Data(const std::string& name) {
  auto bytes = ReadFile("tests/common/checkpoint/data/" + name);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

void ExpectCounted(const std::string& bytes, const std::string& optimizer) {
  const ThetaLayout layout = LayoutOf(OptimizerOf(optimizer));
  const auto state = ParseThetaState(bytes);
  ASSERT_TRUE(state.ok()) << state.status();
  const auto theta = FromLeaves(state->leaves, layout);
  ASSERT_TRUE(theta.ok()) << theta.status();
  EXPECT_EQ(*theta, Counted(layout.size));
}

TEST(ThetaState, ReadsWhatFlaxWrites) {
  ExpectCounted(Data("mlp_lopt_h2.theta.state"), "{mlp_lopt: {hidden: 2}}");
  ExpectCounted(Data("adafac_mlp_h4.theta.state"), "{adafac_mlp: {hidden: 4}}");
}

// The LSTM's initial state is a named tuple there.
TEST(ThetaState, ReadsTheRecurrentOptimizersThatFlaxWrites) {
  ExpectCounted(Data("hyper_v2_h2_k2.theta.state"), "{hyper_v2: {lstm_hidden: 2, param_inits: 2}}");
  ExpectCounted(Data("rnn_mlp_lopt_small.theta.state"),
                "{rnn_mlp_lopt: {hidden: 2, lstm_hidden: 2, from_mlp: 2, from_lstm: 2, "
                "lstm_to_ff: 2}}");
}

TEST(ThetaState, ReadsANumberThatNumpyGave) {
  ExpectCounted(Data("learnable_sgd.theta.state"), "{learnable_sgd: {}}");
}

TEST(ThetaState, ReadsAParameterCheckpointOfSeveralFloatTypes) {
  ExpectCounted(Data("adafac_mlp_h4.params_7"), "{adafac_mlp: {hidden: 4}}");
  EXPECT_EQ(ParseThetaState(Data("adafac_mlp_h4.params_7"))->origin,
            "theta.state of learned_optimization, generation run-12, step 700");
}

TEST(ThetaState, WritesTheBytesThatFlaxWrites) {
  for (const auto& [file, yaml] : {std::pair("mlp_lopt_h2", "{mlp_lopt: {hidden: 2}}"),
                                   std::pair("adafac_mlp_h4", "{adafac_mlp: {hidden: 4}}")}) {
    const ThetaLayout layout = LayoutOf(OptimizerOf(yaml));
    EXPECT_EQ(SerializeThetaState(layout, Counted(layout.size)),
              Data(std::string(file) + ".theta.state"));
  }
}

TEST(ThetaState, Celo2sNetworkHasItsOwnNameThere) {
  const ThetaLayout layout = LayoutOf(OptimizerOf("{celo2: {}}"));
  const auto state = ParseThetaState(SerializeThetaState(layout, Counted(layout.size)));
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_TRUE(state->leaves.contains("ff_mod_stack/~/w0__13"));
  EXPECT_EQ(*FromLeaves(ToOurPaths(state->leaves, layout), layout), Counted(layout.size));
}

TEST(ThetaState, AnyGroupingOfAPathIsRead) {
  const auto array = [](MsgpackWriter& writer) {
    MsgpackWriter payload;
    payload.ArrayHeader(3);
    payload.ArrayHeader(0);
    payload.Text("float32");
    payload.Binary(std::string("\0\0\x80\x3f", 4));
    writer.Extension(1, payload.bytes());
  };
  for (const std::vector<std::string>& keys :
       std::vector<std::vector<std::string>>{{"a/~/b/w"}, {"a", "~", "b", "w"}, {"a/~", "b/w"}}) {
    MsgpackWriter writer;
    for (const std::string& key : keys) {
      writer.MapHeader(1);
      writer.Text(key);
    }
    array(writer);
    const auto state = ParseThetaState(writer.bytes());
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_TRUE(state->leaves.contains("a/~/b/w"));
    EXPECT_EQ(state->leaves.at("a/~/b/w").f32()[0], 1);
  }
}

std::string ErrorOf(const std::string& bytes) {
  const auto state = ParseThetaState(bytes);
  if (state.ok()) return "no error";
  EXPECT_TRUE(absl::IsInvalidArgument(state.status()));
  return std::string(state.status().message());
}

// One array "w" with this payload.
std::string WithPayload(int8_t extension, const MsgpackWriter& payload) {
  MsgpackWriter writer;
  writer.MapHeader(1);
  writer.Text("w");
  writer.Extension(extension, payload.bytes());
  return writer.bytes();
}

std::string WithArray(const std::vector<uint64_t>& shape, const std::string& dtype,
                      const std::string& data, int8_t extension = 1) {
  MsgpackWriter payload;
  payload.ArrayHeader(3);
  payload.ArrayHeader(shape.size());
  for (const uint64_t size : shape) payload.Integer(size);
  payload.Text(dtype);
  payload.Binary(data);
  return WithPayload(extension, payload);
}

TEST(ThetaState, HostileFilesAreRefused) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("not valid MessagePack"));
  EXPECT_THAT(ErrorOf("\x01"), HasSubstr("a whole number; a map is expected"));
  EXPECT_THAT(ErrorOf(std::string("\x81\xa1w\x01", 4)),
              HasSubstr(R"("w" is a whole number; an array (extension type 1) is expected)"));
  EXPECT_THAT(ErrorOf(WithArray({1}, "float32", "1234", 2)),
              HasSubstr("is an extension; an array"));
  EXPECT_THAT(ErrorOf(WithArray({1}, "int32", "1234")),
              HasSubstr("of dtype int32; float32, float64, float16 or bfloat16 is expected"));
  EXPECT_THAT(ErrorOf(WithArray({2}, "float32", "1234")),
              HasSubstr("has 4 bytes, but 8 by its dtype and shape"));
  EXPECT_THAT(ErrorOf(WithArray({uint64_t{1} << 62, 4}, "float32", "")), HasSubstr("overflows"));
  MsgpackWriter empty;
  empty.ArrayHeader(0);
  EXPECT_THAT(ErrorOf(WithPayload(1, empty)), HasSubstr("not [shape, dtype name, bytes]"));
  MsgpackWriter torn;
  torn.ArrayHeader(3);
  EXPECT_THAT(ErrorOf(WithPayload(1, torn)), HasSubstr("not valid MessagePack"));
  MsgpackWriter chunked;
  chunked.MapHeader(1);
  chunked.Text("__msgpack_chunked_array__");
  chunked.Integer(1);
  EXPECT_THAT(ErrorOf(chunked.bytes()), HasSubstr("split into chunks"));
}

TEST(ThetaState, APathThatTwoGroupingsGiveIsRefused) {
  std::string one = WithArray({1}, "float32", "1234").substr(3);  // without map and key
  MsgpackWriter writer;
  writer.MapHeader(2);
  writer.Text("a/b");
  std::string bytes = writer.bytes() + one;
  MsgpackWriter nested;
  nested.Text("a");
  nested.MapHeader(1);
  nested.Text("b");
  EXPECT_THAT(ErrorOf(bytes + nested.bytes() + one), HasSubstr(R"("a/b" is there twice)"));
}

float Half(uint16_t bits) {
  return ToFloat32({DType::kF16, {}, {reinterpret_cast<const char*>(&bits), 2}})->f32()[0];
}

TEST(FloatFormats, EveryKindOfHalfIsRead) {
  EXPECT_EQ(Half(0x3c00), 1.0f);
  EXPECT_EQ(Half(0xc000), -2.0f);
  EXPECT_EQ(Half(0x7bff), 65504.0f);
  EXPECT_EQ(Half(0x0400), std::ldexp(1.0f, -14));
  EXPECT_EQ(Half(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(Half(0x83ff), -std::ldexp(1023.0f, -24));
  EXPECT_TRUE(std::signbit(Half(0x8000)));
  EXPECT_EQ(Half(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(Half(0x7e00)));
}

}  // namespace
}  // namespace paceline
