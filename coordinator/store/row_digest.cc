#include "coordinator/store/row_digest.h"

#include "common/base/digest.h"
#include "common/base/sealed.h"

namespace paceline {
namespace {

// The kind of row first, then its columns, each text with its length: no two rows have the same
// bytes.
class Columns {
 public:
  explicit Columns(std::string_view kind) { Text(kind); }

  Columns& Text(std::string_view text) {
    AppendNumber(bytes_, static_cast<uint64_t>(text.size()));
    bytes_.append(text);
    return *this;
  }
  Columns& Number(int64_t number) {
    AppendNumber(bytes_, number);
    return *this;
  }
  std::string Digest() const { return Sha256Hex(bytes_).substr(0, 32); }

 private:
  std::string bytes_;
};

}  // namespace

std::string DigestOf(const StoredBirth& birth) {
  Columns columns("birth");
  columns.Text(birth.name)
      .Text(birth.config)
      .Text(birth.source_yaml)
      .Text(birth.request_id)
      .Number(birth.submitted_ms);
  if (!birth.submitter.empty()) columns.Text(birth.submitter);
  return columns.Digest();
}

std::string DigestOf(const StoredState& state) {
  Columns columns("state");
  columns.Text(state.birth)
      .Number(state.state)
      .Text(state.message)
      .Text(state.fingerprint)
      .Number(state.started_ms)
      .Number(state.ended_ms);
  if (state.priority != 0) columns.Number(state.priority);
  return columns.Digest();
}

std::string DigestOf(const StoredStep& step) {
  return Columns("step")
      .Text(step.before)
      .Number(step.step)
      .Number(static_cast<int64_t>(step.theta_hash))
      .Number(step.total_inner_steps)
      .Number(step.total_diverged)
      .Text(step.scalars)
      .Text(step.record)
      .Digest();
}

std::string DigestOf(const StoredCheckpoint& checkpoint) {
  return Columns("checkpoint")
      .Text(checkpoint.birth)
      .Number(checkpoint.step)
      .Text(checkpoint.theta_sha256)
      .Text(checkpoint.state_sha256)
      .Number(checkpoint.marked)
      .Digest();
}

}  // namespace paceline
