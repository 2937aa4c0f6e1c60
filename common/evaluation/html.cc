#include "common/evaluation/html.h"

#include "absl/strings/escaping.h"
#include "common/base/digest.h"
#include "common/plot/svg.h"
#include "common/text/table.h"
#include "fmt/format.h"

namespace paceline {
namespace {

// Lines of the pictures: on a dark page black turns white, the other colours are lighter.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--page:#fff;--ink:#1b1b1b;--soft:#555;--line:#ccc;--band:#f3f3f3;--strong:#e8f1fa;
--s0:#000;--s1:#d55e00;--s2:#0072b2;--s3:#009e73;--s4:#b3588f;--s5:#b27a00;--s6:#2f8fc4;--sn:#707070}
@media (prefers-color-scheme:dark){:root{--page:#15171a;--ink:#e8e8e8;--soft:#b0b0b0;--line:#4a4d52;--band:#202327;
--strong:#1f3347;--s0:#fff;--s1:#ff8a3d;--s2:#5db5f0;--s3:#3ed0a3;--s4:#e79cc4;--s5:#f0b840;--s6:#9fd8ff;--sn:#a0a0a0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1rem 1.2rem 4rem;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;margin:.4rem 0}
h2{font-size:1.3rem;margin:2.4rem 0 .6rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p,ul,ol{margin:.5rem 0}
a{color:var(--s2)}
.verdict{font-size:1.1rem;background:var(--strong);border-left:.35rem solid var(--s2);padding:.7rem 1rem;margin:.7rem 0}
.failures{border-left:.35rem solid var(--s1)}
.note{color:var(--soft);font-size:.9rem}
nav ol{columns:2;padding-left:1.4rem;font-size:.95rem}
figure{margin:1rem 0 1.6rem}
figcaption{color:var(--soft);font-size:.9rem;max-width:56rem}
svg{max-width:100%;height:auto;display:block}
figure svg svg{display:inline}
.scroll{overflow-x:auto;margin:.6rem 0 1.2rem}
table{border-collapse:collapse;font-size:.82rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.9rem;padding:.2rem 0;max-width:56rem}
th,td{padding:.22rem .5rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--line)}
td{white-space:nowrap}
th{font-weight:600;background:var(--band)}
.l{text-align:left}
tr.strong td{background:var(--strong);font-weight:600}
details{margin:.5rem 0}
summary{cursor:pointer;padding:.3rem .5rem;background:var(--band)}
svg.ink{fill:var(--ink)}
svg .page{fill:none}
svg .axis{stroke:var(--soft)}
svg .grid{stroke:var(--line)}
svg .soft{fill:var(--band)}
svg .s0{stroke:var(--s0)}svg .s1{stroke:var(--s1)}svg .s2{stroke:var(--s2)}svg .s3{stroke:var(--s3)}
svg .s4{stroke:var(--s4)}svg .s5{stroke:var(--s5)}svg .s6{stroke:var(--s6)}svg .sn{stroke:var(--sn)}
svg .f0{fill:var(--s0)}svg .f1{fill:var(--s1)}svg .f2{fill:var(--s2)}svg .f3{fill:var(--s3)}
svg .f4{fill:var(--s4)}svg .f5{fill:var(--s5)}svg .f6{fill:var(--s6)}svg .fn{fill:var(--sn)}
@media print{body{max-width:none;font-size:11pt}details>*{display:block}nav{display:none}
figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}}
)";

// What the policy names the style by.
std::string StyleDigest() {
  std::string bytes;
  const std::string hex = Sha256Hex(kStyle);
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return absl::Base64Escape(bytes);
}

std::string Cell(std::string_view tag, std::string_view text, bool left) {
  return fmt::format("<{0}{1}>{2}</{0}>", tag, left ? " class=\"l\"" : "", XmlEscaped(text));
}

}  // namespace

std::string HtmlPage(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      StyleDigest(), XmlEscaped(title), kStyle, body);
}

std::string HtmlElement(std::string_view tag, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>\n", tag, XmlEscaped(text));
}

std::string HtmlHeading(int level, std::string_view id, std::string_view text) {
  return fmt::format("<h{0} id=\"{1}\">{2}</h{0}>\n", level, XmlEscaped(id), XmlEscaped(text));
}

std::string HtmlDetails(std::string_view summary, std::string_view body) {
  return fmt::format("<details>\n<summary>{}</summary>\n{}</details>\n", XmlEscaped(summary), body);
}

std::string HtmlFigure(std::string_view svg, std::string_view caption) {
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", svg,
                     XmlEscaped(caption));
}

std::string HtmlTableText(HtmlTable table) {
  table.left = DropSilentColumns(table.titles, table.rows, table.left);
  std::string html = "<div class=\"scroll\"><table>\n";
  if (!table.caption.empty()) html += HtmlElement("caption", table.caption);
  html += "<thead><tr>";
  for (size_t i = 0; i < table.titles.size(); ++i) {
    html += Cell("th", table.titles[i], i < table.left);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < table.rows.size(); ++i) {
    html += i < table.strong.size() && table.strong[i] ? "<tr class=\"strong\">" : "<tr>";
    for (size_t k = 0; k < table.rows[i].size(); ++k) {
      html += Cell("td", table.rows[i][k], k < table.left);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace paceline
