// PEM files, checked before gRPC sees them: it would report a bad one as a closed socket.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace paceline {

struct PemFiles {
  std::string ca;
  std::string cert;
  std::string key;
};

// Contents of the files; an empty path gives an empty text. NotFound, PermissionDenied;
// InvalidArgument naming the file that is not what it should be, or a key that is not the
// certificate's; FailedPrecondition for a key that others may read, or a certificate that does not
// hold today.
absl::StatusOr<PemFiles> ReadPemFiles(const std::string& ca, const std::string& cert,
                                      const std::string& key);

}  // namespace paceline
