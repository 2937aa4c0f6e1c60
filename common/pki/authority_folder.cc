#include "common/pki/authority_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "common/base/file.h"
#include "common/base/private_file.h"
#include "common/pki/swap_folder.h"
#include "fmt/format.h"

namespace paceline {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxPemBytes = 1 << 20;
// Of a list of 100,000 revoked certificates.
constexpr size_t kMaxListBytes = 8 << 20;

std::string KeyFile(const std::string& folder) { return folder + "/ca-key.pem"; }
std::string IssuedFolder(const std::string& folder) { return folder + "/issued"; }

absl::StatusOr<Descriptor> Lock(const std::string& folder) {
  Descriptor lock(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.valid() && flock(lock.get(), LOCK_EX) == 0) return lock;
  return absl::ErrnoToStatus(errno, fmt::format("cannot open folder {}", folder));
}

std::string Absolute(const std::string& path) {
  std::string plain = fs::absolute(path).lexically_normal().string();
  if (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

absl::Status Within(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), fmt::format("{}: {}", path, std::string(status.message())));
}

// A folder that serves something else must not become private.
absl::Status CheckIsFree(const std::string& folder, bool force) {
  std::error_code error;
  if (!fs::exists(folder, error) || fs::is_empty(folder, error)) return absl::OkStatus();
  if (!fs::exists(folder + "/ca-key.pem", error)) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: is there and holds other things; give the authority a folder of its own", folder));
  }
  if (force) return absl::OkStatus();
  return absl::AlreadyExistsError(
      fmt::format("{}: holds an authority already; with --force a new one takes its place, and no "
                  "certificate of the old one is trusted any more",
                  folder));
}

absl::StatusOr<KeyedCertificate> ReadAuthority(const std::string& folder) {
  absl::StatusOr<std::string> cert = ReadFile(folder + "/ca.pem", kMaxPemBytes);
  if (absl::IsNotFound(cert.status())) {
    return absl::NotFoundError(
        fmt::format("{}: holds no certificate authority; make one: paceline certs init --dir {}",
                    folder, folder));
  }
  if (!cert.ok()) return cert.status();
  const std::string key_file = KeyFile(folder);
  if (absl::Status status = CheckPrivate(key_file); !status.ok()) return status;
  absl::StatusOr<std::string> key = ReadFile(key_file, kMaxPemBytes);
  if (!key.ok()) return key.status();
  return KeyedCertificate{.cert = *std::move(cert), .key = *std::move(key)};
}

bool IsGood(const IssuedCertificate& one, int64_t now_ms) {
  return one.revocation.serial.empty() && one.facts.not_after_ms > now_ms;
}

bool ByNameThenNewest(const IssuedCertificate& a, const IssuedCertificate& b) {
  if (a.facts.name != b.facts.name) return a.facts.name < b.facts.name;
  return a.facts.not_before_ms > b.facts.not_before_ms;
}

absl::Status NoneOf(const std::string& path, const std::string& name) {
  return absl::NotFoundError(
      fmt::format("{}: has issued no certificate to \"{}\"; see: paceline certs list --dir {}",
                  path, name, path));
}

}  // namespace

absl::StatusOr<AuthorityFolder> AuthorityFolder::Init(const std::string& path,
                                                      const Validity& validity, bool force) {
  const std::string folder = Absolute(path);
  if (absl::Status status = CheckIsFree(folder, force); !status.ok()) return status;
  if (absl::Status status = MakePrivateFolder(folder); !status.ok()) return status;
  absl::StatusOr<Descriptor> lock = Lock(folder);
  if (!lock.ok()) return lock.status();
  const auto authority = MakeCertificateAuthority("Paceline", validity);
  if (!authority.ok()) return authority.status();
  const auto revocations = WriteRevocations(*authority, {}, validity.from_ms);
  if (!revocations.ok()) return revocations.status();
  std::error_code ignored;
  fs::remove_all(IssuedFolder(folder), ignored);
  AuthorityFolder made(folder, *std::move(lock), *authority);
  for (const absl::Status& status :
       {MakePrivateFolder(IssuedFolder(folder)), WritePrivateFile(KeyFile(folder), authority->key),
        WritePrivateFile(made.revocations_file(), *revocations),
        WriteFileAtomically(made.authority_file(), authority->cert)}) {
    if (!status.ok()) return status;
  }
  return made;
}

absl::StatusOr<AuthorityFolder> AuthorityFolder::Open(const std::string& path) {
  const std::string folder = Absolute(path);
  absl::StatusOr<KeyedCertificate> authority = ReadAuthority(folder);
  if (!authority.ok()) return authority.status();
  absl::StatusOr<Descriptor> lock = Lock(folder);
  if (!lock.ok()) return lock.status();
  return AuthorityFolder(folder, *std::move(lock), *std::move(authority));
}

absl::StatusOr<IssuedFiles> AuthorityFolder::Issue(const CertificateRequest& request, bool force) {
  const auto before = OfName(request.name);
  if (!before.ok()) return before.status();
  const auto good = std::ranges::find_if(
      *before, [&](const IssuedCertificate& one) { return IsGood(one, request.validity.from_ms); });
  if (good != before->end() && !force) {
    return absl::AlreadyExistsError(fmt::format(
        "{} has a certificate that is good still, as {}; renew it (paceline certs renew {}), or "
        "issue another with --force",
        request.name, good->facts.role, request.name));
  }
  return Put(request);
}

absl::StatusOr<IssuedFiles> AuthorityFolder::Renew(const std::string& name,
                                                   const Validity& validity, bool new_key) {
  const auto before = OfName(name);
  if (!before.ok()) return before.status();
  if (before->empty()) return NoneOf(path_, name);
  const CertificateFacts& old = before->front().facts;
  if (!before->front().revocation.serial.empty()) {
    return absl::FailedPreconditionError(fmt::format(
        "the newest certificate of {} is revoked; issue another: paceline certs issue {} {}", name,
        old.role, name));
  }
  CertificateRequest request{
      .role = old.role, .name = name, .hosts = old.hosts, .validity = validity};
  if (validity.to_ms <= validity.from_ms) {
    request.validity.to_ms = validity.from_ms + old.not_after_ms - old.not_before_ms;
  }
  const std::string key_file = fmt::format("{}/{}/{}-key.pem", path_, name, name);
  // A key that has been moved to its machine is not here any more.
  if (const auto key = ReadFile(key_file, kMaxPemBytes); key.ok() && !new_key) request.key = *key;
  return Put(request);
}

absl::StatusOr<IssuedFiles> AuthorityFolder::Put(const CertificateRequest& request) {
  const absl::StatusOr<KeyedCertificate> made = IssueCertificate(authority_, request);
  if (!made.ok()) return made.status();
  const auto facts = ReadCertificateFacts(made->cert);
  if (!facts.ok()) return facts.status();
  const std::string folder = path_ + "/" + request.name;
  if (fs::exists(folder) && (!fs::is_directory(folder) || folder == IssuedFolder(path_))) {
    return absl::InvalidArgumentError(
        fmt::format("{} is a file of the authority's own; choose another name", folder));
  }
  // What is not in the list could not be revoked, so it comes first.
  absl::Status status =
      WritePrivateFile(fmt::format("{}/{}.pem", IssuedFolder(path_), facts->serial), made->cert);
  if (!status.ok()) return status;
  const std::string cert = request.name + ".pem", key = request.name + "-key.pem";
  status = SwapFolder(folder, {{"ca.pem", authority_.cert}, {cert, made->cert}, {key, made->key}});
  if (!status.ok()) return status;
  return IssuedFiles{.folder = folder,
                     .ca = folder + "/ca.pem",
                     .cert = folder + "/" + cert,
                     .key = folder + "/" + key,
                     .facts = *facts};
}

absl::StatusOr<std::vector<IssuedCertificate>> AuthorityFolder::Revoke(
    const std::string& name_or_serial, const std::string& reason, int64_t now_ms) {
  const auto all = List();
  if (!all.ok()) return all.status();
  std::vector<IssuedCertificate> revoked;
  std::vector<Revocation> revocations;
  for (IssuedCertificate one : *all) {
    const bool named = one.facts.name == name_or_serial && one.facts.not_after_ms > now_ms;
    const bool meant = named || one.facts.serial == name_or_serial;
    if (meant && one.revocation.serial.empty()) {
      one.revocation = {.serial = one.facts.serial, .reason = reason, .revoked_ms = now_ms};
    }
    if (meant) revoked.push_back(one);
    if (!one.revocation.serial.empty()) revocations.push_back(one.revocation);
  }
  if (revoked.empty()) return NoneOf(path_, name_or_serial);
  const auto list = WriteRevocations(authority_, revocations, now_ms);
  if (!list.ok()) return list.status();
  if (absl::Status status = WritePrivateFile(revocations_file(), *list); !status.ok()) {
    return status;
  }
  return revoked;
}

absl::StatusOr<std::vector<IssuedCertificate>> AuthorityFolder::List() const {
  const absl::StatusOr<std::string> text = ReadFile(revocations_file(), kMaxListBytes);
  if (!text.ok()) return text.status();
  const auto revocations = ReadRevocations(*text);
  if (!revocations.ok()) return Within(revocations_file(), revocations.status());
  std::vector<IssuedCertificate> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(IssuedFolder(path_), error)) {
    if (entry.path().extension() != ".pem") continue;
    const auto pem = ReadFile(entry.path().string(), kMaxPemBytes);
    if (!pem.ok()) return pem.status();
    const auto facts = ReadCertificateFacts(*pem);
    if (!facts.ok()) return Within(entry.path().string(), facts.status());
    all.push_back({.facts = *facts, .revocation = {}});
    const auto revoked = std::ranges::find(*revocations, facts->serial, &Revocation::serial);
    if (revoked != revocations->end()) all.back().revocation = *revoked;
  }
  if (error) return absl::ErrnoToStatus(error.value(), "cannot read " + IssuedFolder(path_));
  std::ranges::sort(all, ByNameThenNewest);
  return all;
}

absl::StatusOr<std::vector<IssuedCertificate>> AuthorityFolder::OfName(
    const std::string& name) const {
  auto all = List();
  if (!all.ok()) return all.status();
  std::erase_if(*all, [&](const IssuedCertificate& one) { return one.facts.name != name; });
  return all;
}

}  // namespace paceline
