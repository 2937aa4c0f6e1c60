#include <algorithm>

#include "common/http/http_text.h"
#include "coordinator/http/http_json.h"
#include "coordinator/http/pages.h"
#include "nlohmann/json.hpp"

namespace paceline {
namespace {

using nlohmann::ordered_json;

bool May(const Visit& visit, const Caller& caller, std::string_view method) {
  return visit.options.gate != nullptr && visit.options.gate
                                              ->Check(caller, {.method = method,
                                                               .subject = caller.job_prefix,
                                                               .owner = caller.name,
                                                               .peer = visit.request.peer})
                                              .ok();
}

// What the page offers; the gate is asked again whenever something is done.
ordered_json Rights(const Visit& visit, const std::optional<Caller>& caller) {
  ordered_json rights = ordered_json::array();
  if (visit.options.open_to_read || (caller && May(visit, *caller, "JobService/List"))) {
    rights.push_back("view");
  }
  if (!caller) return rights;
  if (May(visit, *caller, "JobService/Submit")) rights.push_back("submit");
  if (May(visit, *caller, "JobService/Cancel")) rights.push_back("rule");
  if (caller->role == v1::ROLE_ADMIN) rights.push_back("admin");
  return rights;
}

HttpReply SessionReply(const Visit& visit, const std::optional<Caller>& caller,
                       const std::string& csrf) {
  return JsonReply({{"identity", caller ? CallerJson(*caller) : ordered_json()},
                    {"csrf", csrf.empty() ? ordered_json() : ordered_json(csrf)},
                    {"may", Rights(visit, caller)},
                    {"version", visit.options.version},
                    {"reading_open", visit.options.open_to_read}});
}

std::string CookieText(const Visit& visit, const std::string& id, int64_t seconds) {
  return std::string(kSessionCookie) + "=" + id +
         "; HttpOnly; SameSite=Strict; Path=/; Max-Age=" + std::to_string(seconds) +
         (visit.options.tls ? "; Secure" : "");
}

absl::StatusOr<std::string> TokenOf(const std::string& body) {
  const auto json = ordered_json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("token") && json["token"].is_string()) {
    return json["token"].get<std::string>();
  }
  return absl::InvalidArgumentError("the body is to be {\"token\": \"...\"}");
}

}  // namespace

HttpReply SessionPage(const Visit& visit) {
  return SessionReply(visit, visit.caller, visit.session ? visit.session->csrf : "");
}

HttpReply LoginPage(const Visit& visit) {
  if (visit.options.gate == nullptr) {
    return ErrorReply(absl::FailedPreconditionError("this coordinator knows no identities"));
  }
  if (absl::Status often = visit.logins.Take(visit.request.host); !often.ok()) {
    return ErrorReply(often);
  }
  const auto token = TokenOf(visit.request.body);
  if (!token.ok()) return ErrorReply(token.status());
  auto caller = visit.options.gate->OfToken(*token);
  if (!caller.ok()) return ErrorReply(caller.status());
  visit.sessions.End(CookieOf(visit.request.header("cookie"), kSessionCookie));
  const std::string id = visit.sessions.Begin(*caller);
  HttpReply reply = SessionReply(visit, *caller, visit.sessions.Find(id)->csrf);
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(kSessionIdle);
  reply.headers.emplace_back("Set-Cookie", CookieText(visit, id, idle.count()));
  return reply;
}

HttpReply LogoutPage(const Visit& visit) {
  visit.sessions.End(CookieOf(visit.request.header("cookie"), kSessionCookie));
  HttpReply reply = SessionReply(visit, std::nullopt, "");
  reply.headers.emplace_back("Set-Cookie", CookieText(visit, "", 0));
  return reply;
}

}  // namespace paceline
