#include "coordinator/log/tfevents.h"

#include <bit>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/base/file.h"
#include "coordinator/log/crc32c.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace paceline {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

// Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
enum EventField { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7 };
constexpr int kSummaryValue = 1;
enum ValueField { kTag = 1, kSimpleValue = 2 };
constexpr int kSessionStatus = 1;
constexpr int kSessionStart = 1;

// Protobuf's wire format, field by field.
class MessageText {
 public:
  void Double(int field, double value) {
    Tag(field, WireFormatLite::WIRETYPE_FIXED64);
    out_.WriteLittleEndian64(std::bit_cast<uint64_t>(value));
  }
  void Float(int field, float value) {
    Tag(field, WireFormatLite::WIRETYPE_FIXED32);
    out_.WriteLittleEndian32(std::bit_cast<uint32_t>(value));
  }
  void Int(int field, int64_t value) {
    Tag(field, WireFormatLite::WIRETYPE_VARINT);
    out_.WriteVarint64(static_cast<uint64_t>(value));
  }
  void Bytes(int field, std::string_view value) {
    Tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
    out_.WriteVarint32(static_cast<uint32_t>(value.size()));
    out_.WriteRaw(value.data(), static_cast<int>(value.size()));
  }
  std::string Take() {
    out_.Trim();
    return std::move(text_);
  }

 private:
  void Tag(int field, WireFormatLite::WireType type) {
    out_.WriteTag(WireFormatLite::MakeTag(field, type));
  }

  std::string text_;
  StringOutputStream stream_{&text_};
  CodedOutputStream out_{&stream_};
};

std::string VersionEvent(double unix_seconds) {
  MessageText event;
  event.Double(kWallTime, unix_seconds);
  event.Bytes(kFileVersion, "brain.Event:2");
  return event.Take();
}

std::string SessionStartEvent(int64_t step, double unix_seconds) {
  MessageText session;
  session.Int(kSessionStatus, kSessionStart);
  MessageText event;
  event.Double(kWallTime, unix_seconds);
  event.Int(kStep, step);
  event.Bytes(kSessionLog, session.Take());
  return event.Take();
}

std::string ScalarsEvent(int64_t step, double unix_seconds, const std::vector<Scalar>& scalars) {
  MessageText summary;
  for (const Scalar& scalar : scalars) {
    MessageText value;
    value.Bytes(kTag, scalar.tag);
    value.Float(kSimpleValue, static_cast<float>(scalar.value));
    summary.Bytes(kSummaryValue, value.Take());
  }
  MessageText event;
  event.Double(kWallTime, unix_seconds);
  event.Int(kStep, step);
  event.Bytes(kSummary, summary.Take());
  return event.Take();
}

std::string LittleEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
  return text;
}

std::string NextPath(const std::string& folder) {
  for (int number = 1;; ++number) {
    std::string path = fmt::format("{}/events.out.tfevents.{:06}.paceline", folder, number);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return path;
  }
}

}  // namespace

std::string FrameTfRecord(std::string_view message) {
  const std::string length = LittleEndian(message.size(), 8);
  return fmt::format("{}{}{}{}", length, LittleEndian(MaskedCrc32c(length), 4), message,
                     LittleEndian(MaskedCrc32c(message), 4));
}

absl::StatusOr<EventFile> EventFile::Create(const std::string& folder, int64_t first_step,
                                            double unix_seconds) {
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  absl::StatusOr<AppendFile> file = AppendFile::Open(NextPath(folder), 0);
  if (!file.ok()) return file.status();
  const absl::Status begun =
      file->Append(FrameTfRecord(VersionEvent(unix_seconds)) +
                   FrameTfRecord(SessionStartEvent(first_step, unix_seconds)));
  if (!begun.ok()) return begun;
  return EventFile(*std::move(file));
}

absl::Status EventFile::Add(int64_t step, double unix_seconds, const std::vector<Scalar>& scalars) {
  return file_.Append(FrameTfRecord(ScalarsEvent(step, unix_seconds, scalars)));
}

}  // namespace paceline
