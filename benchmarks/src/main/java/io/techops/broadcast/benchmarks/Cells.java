package io.techops.broadcast.benchmarks;

import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Figures as the cells of a table in Markdown. */
final class Cells {

    static final String NONE = "–";

    private Cells() {
    }

    static String row(Iterable<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    static String spread(Figures.@Nullable Spread spread) {
        return spread == null ? NONE : number(spread.median()) + " (" + number(spread.least()) + "–"
                + number(spread.most()) + ")";
    }

    static String whole(Figures.@Nullable Spread spread) {
        return spread == null ? NONE : String.format(Locale.ROOT, "%,.0f", spread.median());
    }

    static String mega(OptionalDouble bytes) {
        return bytes.isPresent() ? String.format(Locale.ROOT, "%.0f", bytes.getAsDouble() / (1 << 20)) : NONE;
    }

    static String bytes(OptionalDouble bytes) {
        return bytes.isPresent() ? String.format(Locale.ROOT, "%,.1f", bytes.getAsDouble()) : NONE;
    }

    static String number(double value) {
        String format = value < 1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
