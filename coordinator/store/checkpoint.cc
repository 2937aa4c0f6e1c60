#include "coordinator/store/checkpoint.h"

#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/checkpoint/theta_leaves.h"
#include "common/checkpoint/trained_optimizer.h"
#include "common/estimator/state.h"
#include "common/safetensors/safetensors.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr char kEstimator[] = "estimator";
constexpr char kTrainer[] = "trainer";

std::string StatePath(const std::string& job_folder, int64_t step) {
  return absl::StrFormat("%s/checkpoints/state-%06d.safetensors", job_folder, step);
}

Tensor ByteTensor(std::string bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  return {.dtype = DType::kU8, .shape = {size}, .data = std::move(bytes)};
}

std::string StateFile(const TrainingState& state) {
  TensorFile file;
  file.metadata = {{"format", "paceline-state-1"}, {"step", absl::StrCat(state.step)}};
  file.tensors[kEstimator] = ByteTensor(EncodeState(state.estimator));
  file.tensors[kTrainer] = ByteTensor(state.trainer);
  return SerializeSafetensors(file);
}

absl::StatusOr<TensorFile> ReadWhole(const std::string& path, const std::string& sha256) {
  auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  if (Sha256Hex(*bytes) != sha256) {
    return absl::DataLossError(absl::StrCat(path, ": is not what was written: its digest differs"));
  }
  auto file = ParseSafetensors(*bytes);
  if (file.ok()) return file;
  return absl::Status(file.status().code(), absl::StrCat(path, ": ", file.status().message()));
}

absl::Status FillState(const TensorFile& file, TrainingState& state) {
  for (const char* name : {kEstimator, kTrainer}) {
    if (!file.tensors.contains(name)) {
      return absl::InvalidArgumentError(absl::StrCat("no tensor \"", name, "\""));
    }
  }
  auto estimator = DecodeState(file.tensors.at(kEstimator).data);
  if (!estimator.ok()) return estimator.status();
  state.estimator = *std::move(estimator);
  state.trainer = file.tensors.at(kTrainer).data;
  return absl::OkStatus();
}

// Of "theta-000050.safetensors" or "state-000050.safetensors".
std::optional<int64_t> StepOfFile(const std::string& name) {
  const size_t begin = name.find('-') + 1, end = name.find('.');
  const bool ours =
      (name.starts_with("theta-") || name.starts_with("state-")) && name.ends_with(".safetensors");
  int64_t step = 0;
  if (!ours || !absl::SimpleAtoi(name.substr(begin, end - begin), &step)) return std::nullopt;
  return step;
}

absl::Status AtPath(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

std::string ThetaPath(const std::string& job_folder, int64_t step) {
  return absl::StrFormat("%s/checkpoints/theta-%06d.safetensors", job_folder, step);
}

std::string ThetaFile(const std::string& job, const v1::JobConfig& config, int64_t step,
                      std::span<const float> theta) {
  return SerializeTrainedOptimizer(
      {.optimizer = config.optimizer(),
       .theta = {theta.begin(), theta.end()},
       .training = Training{.job = job, .step = step, .config = config}});
}

absl::StatusOr<CheckpointRow> WriteCheckpoint(const std::string& job_folder, const std::string& job,
                                              const v1::JobConfig& config,
                                              const TrainingState& state) {
  absl::Status status = MakeFolder(job_folder + "/checkpoints");
  if (!status.ok()) return status;
  const std::string theta = ThetaFile(job, config, state.step, state.theta);
  const std::string rest = StateFile(state);
  status = WriteFileAtomically(StatePath(job_folder, state.step), rest);
  if (!status.ok()) return status;
  status = WriteFileAtomically(ThetaPath(job_folder, state.step), theta);
  if (!status.ok()) return status;
  return CheckpointRow{
      .step = state.step, .theta_sha256 = Sha256Hex(theta), .state_sha256 = Sha256Hex(rest)};
}

absl::StatusOr<TrainingState> ReadCheckpoint(const std::string& job_folder,
                                             const v1::JobConfig& config,
                                             const CheckpointRow& row) {
  const std::string theta_path = ThetaPath(job_folder, row.step);
  auto theta = ReadWhole(theta_path, row.theta_sha256);
  if (!theta.ok()) return theta.status();
  const std::string state_path = StatePath(job_folder, row.step);
  auto rest = ReadWhole(state_path, row.state_sha256);
  if (!rest.ok()) return rest.status();

  auto values = FromLeaves(theta->tensors, LayoutOf(config.optimizer()));
  if (!values.ok()) return AtPath(theta_path, values.status());
  TrainingState state;
  state.step = row.step;
  state.theta = *std::move(values);
  absl::Status status = AtPath(state_path, FillState(*rest, state));
  if (!status.ok()) return status;
  return state;
}

absl::Status RemoveCheckpointFiles(const std::string& job_folder, int64_t step) {
  for (const std::string& path : {StatePath(job_folder, step), ThetaPath(job_folder, step)}) {
    std::error_code error;
    fs::remove(path, error);
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot remove ", path));
    }
  }
  return absl::OkStatus();
}

void SweepCheckpointFiles(const std::string& job_folder, const std::vector<CheckpointRow>& rows) {
  std::set<int64_t> known;
  for (const CheckpointRow& row : rows) known.insert(row.step);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(job_folder + "/checkpoints", ignored)) {
    const std::string name = entry.path().filename();
    const std::optional<int64_t> step = StepOfFile(name);
    const bool torn = name.ends_with(".tmp");
    const bool dropped =
        step && !known.empty() && *step < *known.rbegin() && !known.contains(*step);
    if (torn || dropped) fs::remove(entry.path(), ignored);
  }
}

}  // namespace paceline
