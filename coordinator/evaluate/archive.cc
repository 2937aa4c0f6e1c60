#include "coordinator/evaluate/archive.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/sealed.h"
#include "common/base/sync_folder.h"
#include "common/suite/keys.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecordSeal = "evalrec1", kRequestSeal = "evalreq1";

absl::Status WriteSealed(const std::string& path, std::string_view seal,
                         const google::protobuf::Message& message) {
  return WriteFileAtomically(path, Seal(seal, message.SerializeAsString()));
}

template <class Message>
absl::StatusOr<Message> ReadSealed(const std::string& path, std::string_view seal) {
  const auto bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  const auto content = Unseal(seal, *bytes);
  Message message;
  if (content.ok() && message.ParseFromArray(content->data(), static_cast<int>(content->size()))) {
    return message;
  }
  return absl::DataLossError(
      absl::StrCat(path, ": is damaged; restore it from a backup, or remove its folder"));
}

absl::Status RemoveFolder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat(folder.string(), ": cannot be removed: ", error.message()));
}

}  // namespace

absl::StatusOr<std::vector<v1::EvaluationRecord>> EvaluationArchive::Records() {
  std::vector<v1::EvaluationRecord> records;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(data_folder_ + "/evaluations", none)) {
    const std::string name = entry.path().filename();
    if (!fs::exists(RecordPath(name), none)) {
      if (absl::Status removed = RemoveFolder(entry.path()); !removed.ok()) return removed;
      continue;
    }
    auto record = ReadSealed<v1::EvaluationRecord>(RecordPath(name), kRecordSeal);
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  std::ranges::sort(records, {}, &v1::EvaluationRecord::number);
  return records;
}

// The record comes last and goes first: without it there is no evaluation.
absl::Status EvaluationArchive::Add(const v1::EvaluationRecord& record,
                                    const v1::SubmitEvaluationRequest& request) {
  const std::string folder = Folder(record.evaluation());
  absl::Status status = MakeFolder(folder);
  if (status.ok()) status = WriteSealed(folder + "/submission", kRequestSeal, request);
  if (status.ok()) status = Update(record);
  return status;
}

absl::Status EvaluationArchive::Update(const v1::EvaluationRecord& record) {
  return WriteSealed(RecordPath(record.evaluation()), kRecordSeal, record);
}

absl::Status EvaluationArchive::Remove(const std::string& name) {
  std::error_code error;
  // Without the sync it might be back after a loss of power.
  if (fs::remove(RecordPath(name), error)) {
    absl::Status synced = SyncFolder(FolderOf(RecordPath(name)));
    if (!synced.ok()) return synced;
  }
  return RemoveFolder(Folder(name));
}

absl::StatusOr<v1::SubmitEvaluationRequest> EvaluationArchive::Request(const std::string& name) {
  return ReadSealed<v1::SubmitEvaluationRequest>(Folder(name) + "/submission", kRequestSeal);
}

absl::Status EvaluationArchive::KeepResult(const std::string& name,
                                           const v1::Evaluation& evaluation) {
  return WriteFileAtomically(Folder(name) + "/evaluation.binpb", DeterministicBytes(evaluation));
}

absl::StatusOr<std::string> EvaluationArchive::Result(const std::string& name) {
  return ReadFile(Folder(name) + "/evaluation.binpb");
}

}  // namespace paceline
