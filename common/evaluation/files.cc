#include "common/evaluation/files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/evaluation/check.h"
#include "fmt/format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace paceline {
namespace {

// Tag and length of a string of 64 bytes in field 100.
constexpr std::string_view kChecksumField = "\xA2\x06\x40";
constexpr size_t kTrailer = 3 + 64;

std::string Serialized(const v1::Evaluation& evaluation) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  evaluation.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string EvaluationBytes(const v1::Evaluation& evaluation) {
  std::string bytes = Serialized(evaluation);
  const std::string checksum = Sha256Hex(bytes);
  return bytes.append(kChecksumField).append(checksum);
}

absl::StatusOr<v1::Evaluation> EvaluationOf(std::string_view bytes) {
  const auto message = bytes.substr(0, bytes.size() - std::min(bytes.size(), kTrailer));
  const auto trailer = bytes.substr(message.size());
  if (trailer.size() < kTrailer || !trailer.starts_with(kChecksumField)) {
    return absl::DataLossError("is no evaluation, or its end is missing");
  }
  if (trailer.substr(kChecksumField.size()) != Sha256Hex(message)) {
    return absl::DataLossError("is damaged: its checksum differs");
  }
  v1::Evaluation evaluation;
  if (!evaluation.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return absl::DataLossError("holds no evaluation that this program knows");
  }
  if (absl::Status fine = CheckEvaluation(evaluation); !fine.ok()) return fine;
  return evaluation;
}

absl::Status SaveEvaluation(const v1::Evaluation& evaluation, const std::string& folder,
                            const OutputRules& rules) {
  if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  return WriteOutput(fmt::format("{}/{}", folder, kEvaluationFile), EvaluationBytes(evaluation),
                     rules);
}

std::string EvaluationPath(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return path;
  return fmt::format("{}/{}", path, kEvaluationFile);
}

absl::StatusOr<v1::Evaluation> LoadEvaluation(const std::string& path) {
  const std::string file = EvaluationPath(path);
  const auto bytes = ReadFile(file);
  if (!bytes.ok()) return bytes.status();
  auto evaluation = EvaluationOf(*bytes);
  if (evaluation.ok()) return evaluation;
  const std::string what(evaluation.status().message());
  const char* joint = absl::IsDataLoss(evaluation.status()) ? " " : ": ";
  return absl::Status(evaluation.status().code(), file + joint + what);
}

}  // namespace paceline
