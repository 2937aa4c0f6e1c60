#include "worker/network/fused/ops.h"

namespace paceline::fused {
namespace {

// Sizes of a convolution, and which pixel is below which weight.
struct Shape {
  Shape(const Network& network, const Node& node)
      : window(node.window),
        rows(network.at(node.inputs[0]).shape[1]),
        columns(network.at(node.inputs[0]).shape[2]),
        in(network.at(node.inputs[0]).shape[3]),
        out_rows(node.shape[1]),
        out_columns(node.shape[2]),
        out(node.shape[3]),
        examples(static_cast<size_t>(node.shape[0])) {}

  size_t taps() const { return static_cast<size_t>(window.size * window.size); }
  size_t out_places() const { return static_cast<size_t>(out_rows * out_columns); }
  size_t x_example() const { return static_cast<size_t>(rows * columns * in); }
  size_t y_example() const { return out_places() * static_cast<size_t>(out); }
  bool few_channels() const { return in < static_cast<int64_t>(kFewChannels); }

  // The pixel's first number, or −1 in the padding.
  int64_t PixelAt(int64_t out_row, int64_t out_column, int64_t tap) const {
    const int64_t row = out_row * window.stride - window.Before(rows) + tap / window.size;
    const int64_t column = out_column * window.stride - window.Before(columns) + tap % window.size;
    const bool inside = row >= 0 && row < rows && column >= 0 && column < columns;
    return inside ? (row * columns + column) * in : -1;
  }

  Window window;
  int64_t rows, columns, in, out_rows, out_columns, out;
  size_t examples;
};

Places ForwardPlaces(const Shape& s) {
  Places places;
  for (int64_t tap = 0; tap < static_cast<int64_t>(s.taps()); ++tap) {
    places.weights.push_back(static_cast<int32_t>(tap * s.in * s.out));
    for (int64_t row = 0; row < s.out_rows; ++row) {
      for (int64_t column = 0; column < s.out_columns; ++column) {
        places.from.push_back(static_cast<int32_t>(s.PixelAt(row, column, tap)));
      }
    }
  }
  for (size_t place = 0; place < s.out_places(); ++place) {
    places.to.push_back(static_cast<int32_t>(place * static_cast<size_t>(s.out)));
  }
  return places;
}

void FillPairs(const Shape& s, const Places& forward, ConvTables& tables) {
  const size_t places = s.out_places();
  for (size_t tap = 0; tap < s.taps(); ++tap) {
    tables.first.push_back(static_cast<int32_t>(tables.pairs.size() / 2));
    for (size_t place = 0; place < places; ++place) {
      const int32_t from = forward.from[tap * places + place];
      if (from >= 0) tables.pairs.insert(tables.pairs.end(), {from, forward.to[place]});
    }
  }
  tables.first.push_back(static_cast<int32_t>(tables.pairs.size() / 2));
}

// Along one axis: the output that has this pixel below its tap; −1 if none.
int64_t OutputAt(int64_t pixel, int64_t before, int64_t tap, int64_t stride, int64_t outputs) {
  const int64_t first = pixel + before - tap;
  if (first < 0 || first % stride != 0 || first / stride >= outputs) return -1;
  return first / stride;
}

// Pixels whose row and column, with the padding, leave these remainders by the stride.
Places BackPlaces(const Shape& s, int64_t row_phase, int64_t column_phase) {
  const int64_t stride = s.window.stride;
  const int64_t rows_before = s.window.Before(s.rows), columns_before = s.window.Before(s.columns);
  struct Pixel {
    int64_t row, column;
  };
  std::vector<Pixel> pixels;
  Places places;
  for (int64_t row = 0; row < s.rows; ++row) {
    for (int64_t column = 0; column < s.columns; ++column) {
      const bool here = (row + rows_before) % stride == row_phase &&
                        (column + columns_before) % stride == column_phase;
      if (!here) continue;
      pixels.push_back({row, column});
      places.to.push_back(static_cast<int32_t>((row * s.columns + column) * s.in));
    }
  }
  for (int64_t tap_row = row_phase; tap_row < s.window.size; tap_row += stride) {
    for (int64_t tap_column = column_phase; tap_column < s.window.size; tap_column += stride) {
      const int64_t tap = tap_row * s.window.size + tap_column;
      places.weights.push_back(static_cast<int32_t>(tap * s.in * s.out));
      for (const Pixel& pixel : pixels) {
        const int64_t row = OutputAt(pixel.row, rows_before, tap_row, stride, s.out_rows);
        const int64_t column =
            OutputAt(pixel.column, columns_before, tap_column, stride, s.out_columns);
        const bool any = row >= 0 && column >= 0;
        places.from.push_back(any ? static_cast<int32_t>((row * s.out_columns + column) * s.out)
                                  : -1);
      }
    }
  }
  // Pixels that no tap leads to: 0, and a table to point into.
  if (places.from.empty()) places.from.assign(pixels.size(), -1);
  return places;
}

PlacedProduct WithPlaces(PlacedProduct product, const Places& places) {
  product.from = places.from.data();
  product.to = places.to.data();
  product.weights = places.weights.data();
  product.places = places.to.size();
  product.taps = places.weights.size();
  return product;
}

// ---- few channels: all numbers below a window side by side ----

// Rows [first, first + count) of all examples' places: [row, tap · in].
void FillPatches(const Shape& s, const Places& forward, const float* x, size_t first, size_t count,
                 float* patches) {
  const size_t places = s.out_places(), in = static_cast<size_t>(s.in), taps = s.taps();
  for (size_t row = first; row < first + count; ++row) {
    const float* const image = x + row / places * s.x_example();
    const int32_t* from = forward.from.data() + row % places;
    for (size_t tap = 0; tap < taps; ++tap, from += places, patches += in) {
      if (*from < 0) {
        for (size_t i = 0; i < in; ++i) patches[i] = 0;
      } else {
        for (size_t i = 0; i < in; ++i) patches[i] = image[static_cast<size_t>(*from) + i];
      }
    }
  }
}

// body(first row, rows, patches), a block of rows after the other.
template <class Body>
void ForPatches(const Frame& f, int n, const Shape& s, const Body& body) {
  float* const patches = f.Work(n);
  const size_t rows = s.examples * s.out_places();
  for (size_t first = 0; first < rows; first += kPatchBlock) {
    const size_t count = std::min(kPatchBlock, rows - first);
    FillPatches(s, f.tables.convs[static_cast<size_t>(n)].forward, f.In(n, 0), first, count,
                patches);
    body(first, count, patches);
  }
}

float* BehindPatches(const Frame& f, int n, const Shape& s) {
  return f.Work(n) + Padded(kPatchBlock * s.taps() * static_cast<size_t>(s.in));
}

void PatchConv(const Frame& f, int n, const Shape& s) {
  const size_t k = s.taps() * static_cast<size_t>(s.in), out = static_cast<size_t>(s.out);
  float* const packed = BehindPatches(f, n, s);
  ForPatches(f, n, s, [&](size_t first, size_t count, const float* patches) {
    f.kernels.Multiply({.a = patches,
                        .a_row = k,
                        .b = f.In(n, 1),
                        .b_row = out,
                        .initial = f.InOrNull(n, 2),
                        .c = f.Out(n) + first * out,
                        .c_row = out,
                        .m = count,
                        .n = out,
                        .k = k},
                       packed);
  });
}

void PatchWeights(const Frame& f, int n, const Shape& s) {
  const size_t k = s.taps() * static_cast<size_t>(s.in), out = static_cast<size_t>(s.out);
  float* const packed = BehindPatches(f, n, s);
  ForPatches(f, n, s, [&](size_t first, size_t count, const float* patches) {
    f.kernels.Multiply({.a = patches,
                        .a_row = 1,
                        .a_k = k,
                        .b = f.OutSlope(n) + first * out,
                        .b_row = out,
                        .c = f.InSlope(n, 1),
                        .c_row = out,
                        .m = k,
                        .n = out,
                        .k = count,
                        .adds = f.Adds(n, 1) || first > 0},
                       packed);
  });
}

// ---- many channels ----

void PlacedConv(const Frame& f, int n, const Shape& s) {
  f.kernels.MultiplyPlaced(WithPlaces({.x = f.In(n, 0),
                                       .x_example = s.x_example(),
                                       .y = f.Out(n),
                                       .y_example = s.y_example(),
                                       .w = f.In(n, 1),
                                       .w_k = static_cast<size_t>(s.out),
                                       .w_n = 1,
                                       .initial = f.InOrNull(n, 2),
                                       .zeros = f.tables.zeros.data(),
                                       .examples = s.examples,
                                       .k = static_cast<size_t>(s.in),
                                       .n = static_cast<size_t>(s.out)},
                                      f.tables.convs[static_cast<size_t>(n)].forward),
                           f.Work(n));
}

void SlopeOfImages(const Frame& f, int n, const Shape& s) {
  const PlacedProduct product = {.x = f.OutSlope(n),
                                 .x_example = s.y_example(),
                                 .y = f.InSlope(n, 0),
                                 .y_example = s.x_example(),
                                 .w = f.In(n, 1),
                                 .w_k = 1,
                                 .w_n = static_cast<size_t>(s.out),
                                 .zeros = f.tables.zeros.data(),
                                 .examples = s.examples,
                                 .k = static_cast<size_t>(s.out),
                                 .n = static_cast<size_t>(s.in),
                                 .adds = f.Adds(n, 0)};
  for (const Places& places : f.tables.convs[static_cast<size_t>(n)].back) {
    f.kernels.MultiplyPlaced(WithPlaces(product, places), f.Work(n));
  }
}

void SlopeOfWeights(const Frame& f, int n, const Shape& s) {
  if (s.few_channels()) return PatchWeights(f, n, s);
  const ConvTables& tables = f.tables.convs[static_cast<size_t>(n)];
  f.kernels.ConvWeights({.x = f.In(n, 0),
                         .x_example = s.x_example(),
                         .dy = f.OutSlope(n),
                         .y_example = s.y_example(),
                         .dw = f.InSlope(n, 1),
                         .pairs = tables.pairs.data(),
                         .first = tables.first.data(),
                         .examples = s.examples,
                         .taps = s.taps(),
                         .k = static_cast<size_t>(s.in),
                         .n = static_cast<size_t>(s.out),
                         .adds = f.Adds(n, 1)});
}

}  // namespace

ConvTables MakeConvTables(const Network& network, const Node& node) {
  const Shape s(network, node);
  ConvTables tables;
  tables.forward = ForwardPlaces(s);
  FillPairs(s, tables.forward, tables);
  for (int64_t row = 0; row < s.window.stride; ++row) {
    for (int64_t column = 0; column < s.window.stride; ++column) {
      tables.back.push_back(BackPlaces(s, row, column));
    }
  }
  return tables;
}

void Conv(const Frame& f, int n) {
  const Shape s(f.network, f.at(n));
  if (s.few_channels()) return PatchConv(f, n, s);
  PlacedConv(f, n, s);
}

void ConvSlope(const Frame& f, int n) {
  const Shape s(f.network, f.at(n));
  if (f.Wants(n, 0)) SlopeOfImages(f, n, s);
  if (f.Wants(n, 1)) SlopeOfWeights(f, n, s);
  if (!f.Wants(n, 2)) return;
  f.kernels.SumRows(f.OutSlope(n), f.Rows(n), f.Last(n), f.Last(n), f.InSlope(n, 2), f.Adds(n, 2));
}

}  // namespace paceline::fused
