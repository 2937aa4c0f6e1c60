#include "coordinator/http/site.h"

#include <utility>

#include "common/http/http_text.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/static_files.h"
#include "fmt/format.h"

namespace paceline {
namespace {

constexpr std::string_view kApi = "/api/";

HttpReply NoPage(const FoundRoute& found, const HttpRequest& request) {
  if (!found.allowed.empty()) {
    HttpReply reply = ErrorReply(
        absl::UnimplementedError(fmt::format("{} takes {} alone", request.path, found.allowed)));
    reply.status = 405;
    reply.headers.emplace_back("Allow", std::string(found.allowed));
    return reply;
  }
  return ErrorReply(absl::NotFoundError(
      request.path.starts_with(kApi)
          ? "there is no such page; docs/dashboard.md lists them"
          : "there is no such page; the dashboard is /, its API begins with /api/v1/"));
}

}  // namespace

Site::Site(SiteOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      started_ms_(clock.UnixMillis()),
      sessions_(clock),
      logins_(clock) {}

void Site::Attach(const SiteBackend& backend) {
  auto parts = std::make_unique<SiteParts>(backend, options_, clock_);
  std::unique_lock lock(mutex_);
  parts_ = std::move(parts);
}

void Site::Detach() {
  std::unique_lock lock(mutex_);
  parts_.reset();
}

size_t Site::MostBodyBytes(const HttpRequest& request) const {
  const FoundRoute found = FindRoute(request);
  return found.route == nullptr ? 0 : found.route->most_body_bytes;
}

HttpReply Site::Answer(const HttpRequest& request) {
  if (request.method != "POST") {
    if (auto file = FileReply(request)) return *std::move(file);
  }
  FoundRoute found = FindRoute(request);
  if (found.route == nullptr) return NoPage(found, request);
  Visit visit{.request = request,
              .options = options_,
              .name = std::move(found.name),
              .bare = found.route->bare,
              .sessions = sessions_,
              .logins = logins_,
              .started_ms = started_ms_};
  const absl::Status known = Identify(visit);
  // Whoever's identity is no good any more is to be able to show another.
  if (!known.ok() && !(found.route->bare && absl::IsUnauthenticated(known))) {
    return ErrorReply(known);
  }
  return Serve(*found.route, visit);
}

absl::Status Site::Identify(Visit& visit) {
  const std::string& authorization = visit.request.header("authorization");
  if (authorization.empty()) return OfSession(visit);
  const std::string_view token = BearerOf(authorization);
  if (token.empty()) {
    return absl::UnauthenticatedError("Authorization is to be \"Bearer TOKEN\"");
  }
  if (options_.gate == nullptr) {
    return absl::UnauthenticatedError("this coordinator knows no identities");
  }
  auto caller = options_.gate->OfToken(token);
  if (!caller.ok()) return caller.status();
  visit.caller = *std::move(caller);
  return absl::OkStatus();
}

absl::Status Site::OfSession(Visit& visit) {
  const std::string_view id = CookieOf(visit.request.header("cookie"), kSessionCookie);
  if (id.empty()) return absl::OkStatus();
  auto session = sessions_.Find(id);
  if (!session)
    return options_.open_to_read && visit.request.method != "POST"
               ? absl::OkStatus()
               : absl::UnauthenticatedError("the session has ended; log in again");
  if (absl::Status good = options_.gate->StillGood(session->caller); !good.ok()) {
    sessions_.End(id);
    return good;
  }
  if (visit.request.method == "POST" && !visit.bare &&
      !SameSecret(session->csrf, visit.request.header("x-paceline-csrf"))) {
    return absl::PermissionDeniedError(
        "the request lacks the session's X-Paceline-CSRF (see /api/v1/session)");
  }
  visit.caller = session->caller;
  visit.session = std::move(session);
  return absl::OkStatus();
}

HttpReply Site::Serve(const Route& route, Visit& visit) {
  if (route.bare) return route.page(visit);
  if (route.method == "GET" && !options_.open_to_read && !visit.caller) {
    return ErrorReply(Through(visit, route.right, "", "", {}));
  }
  std::shared_lock lock(mutex_);
  if (parts_ == nullptr) {
    return ErrorReply(absl::UnavailableError("the coordinator is starting or stopping"));
  }
  visit.parts = parts_.get();
  return route.method == "GET" ? Read(route, visit) : route.page(visit);
}

// Where reading is open, an identity that may not read is none.
HttpReply Site::Read(const Route& route, const Visit& visit) {
  if (options_.open_to_read) return route.page(visit);
  HttpReply reply;
  const absl::Status may = Through(visit, route.right, visit.name, "", [&] {
    reply = route.page(visit);
    return absl::OkStatus();
  });
  return may.ok() ? reply : ErrorReply(may);
}

}  // namespace paceline
