#include "worker/network/inputs.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paceline {
namespace {

// Four words make one Philox block.
uint64_t NextBlock(uint64_t number) { return (number + 3) / 4 * 4; }

void FillUniforms(const Stream& stream, uint64_t first, double low, double high,
                  std::span<float> out) {
  constexpr size_t kPiece = 256;
  std::array<uint32_t, kPiece> words;
  for (size_t begin = 0; begin < out.size(); begin += kPiece) {
    const std::span<float> piece = out.subspan(begin, std::min(kPiece, out.size() - begin));
    FillWords(stream, first + begin, std::span(words).first(piece.size()));
    for (size_t i = 0; i < piece.size(); ++i) {
      piece[i] = static_cast<float>(low + (high - low) * (words[i] * 0x1p-32));
    }
  }
}

void FillKeep(const Stream& stream, uint64_t first, double keep, std::span<float> out) {
  const auto factor = static_cast<float>(1 / keep);
  FillUniforms(stream, first, 0, 1, out);
  for (float& value : out) value = value < keep ? factor : 0;
}

// Returns how many numbers of the stream it used.
uint64_t Fill(const NetworkDraw& draw, const DrawPlace& place, std::span<float> out) {
  switch (draw.kind) {
    case DrawKind::kNormal:
      FillNormals(place.stream, place.first, out);
      break;
    case DrawKind::kUniform:
      FillUniforms(place.stream, place.first, draw.low, draw.high, out);
      break;
    case DrawKind::kKeep:
      FillKeep(place.stream, place.first, draw.keep, out);
      break;
    case DrawKind::kMade:
      draw.make(place, out);
      return draw.words;
  }
  return out.size();
}

// Returns the first number of the stream that nobody has used.
uint64_t FillAll(const std::vector<NetworkDraw>& draws, const Stream& stream,
                 std::span<float> out) {
  uint64_t first = 0;
  size_t at = 0;
  for (const NetworkDraw& draw : draws) {
    const auto count = static_cast<size_t>(ElementsOf(draw.shape));
    const DrawPlace place = {.stream = stream, .first = first, .before = out.first(at)};
    first = NextBlock(first + Fill(draw, place, out.subspan(at, count)));
    at += count;
  }
  return first;
}

float Chosen(const NetworkChoice& choice, double uniform) {
  if (choice.options.empty()) {
    return static_cast<float>(choice.low + (choice.high - choice.low) * uniform);
  }
  return static_cast<float>(std::floor(uniform * static_cast<double>(choice.options.size())));
}

}  // namespace

void FillDraws(const Network& network, const Stream& stream, std::span<float> out) {
  FillAll(network.draws, stream, out);
}

void FillEpisode(const Network& network, const Stream& stream, std::span<float> out) {
  const size_t choices = network.choices.size(), draws = out.size() - choices;
  const uint64_t first = FillAll(network.episode_draws, stream, out.first(draws));
  for (size_t i = 0; i < choices; ++i) {
    out[draws + i] = Chosen(network.choices[i], UniformAt(stream, first + i));
  }
}

float ChosenNumber(const Network& network, std::span<const float> episode, int choice) {
  return episode[episode.size() - network.choices.size() + static_cast<size_t>(choice)];
}

int ChosenOption(const Network& network, std::span<const float> episode, int choice) {
  return static_cast<int>(ChosenNumber(network, episode, choice));
}

int64_t DrawOffset(const std::vector<NetworkDraw>& draws, int draw) {
  int64_t offset = 0;
  for (int i = 0; i < draw; ++i) offset += ElementsOf(draws[static_cast<size_t>(i)].shape);
  return offset;
}

}  // namespace paceline
