#include "common/rpc/status.h"

#include "absl/strings/str_cat.h"

namespace paceline {
namespace {

// gRPC sends messages percent-encoded in one metadata value of limited size.
constexpr size_t kMaxMessageBytes = 4096;

std::string Sanitized(absl::string_view message) {
  std::string text(message.substr(0, kMaxMessageBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  }
  return text;
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  const int code = status.error_code();
  if (code == grpc::StatusCode::OK) return absl::OkStatus();
  if (code < 0 || code > grpc::StatusCode::UNAUTHENTICATED) {
    return absl::UnknownError(status.error_message());
  }
  return absl::Status(static_cast<absl::StatusCode>(code), status.error_message());
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.raw_code()),
                      Sanitized(status.message()));
}

absl::Status FromCall(const grpc::Status& status, const std::string& coordinator) {
  absl::Status plain = FromGrpc(status);
  if (absl::IsUnavailable(plain)) {
    return absl::UnavailableError(
        absl::StrCat("the coordinator at ", coordinator, " cannot be reached (", plain.message(),
                     "): is it running, is --coordinator right, and do both sides use TLS or both "
                     "not?"));
  }
  if (absl::IsDeadlineExceeded(plain)) {
    return absl::DeadlineExceededError(
        absl::StrCat("the coordinator at ", coordinator, " did not answer in time"));
  }
  if (absl::IsUnimplemented(plain)) {
    return absl::UnimplementedError(
        absl::StrCat("what listens at ", coordinator,
                     " does not know this request: it is another service, or a coordinator of "
                     "another version than this program"));
  }
  return plain;
}

}  // namespace paceline
