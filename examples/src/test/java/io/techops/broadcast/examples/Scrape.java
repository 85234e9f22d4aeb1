package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus reads: each line is checked against the text format 0.0.4. */
final class Scrape {

    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z_]+) (counter|gauge|histogram|summary)");
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(\\{(?:[a-z_]+=\"[^\"\\\\\n]*\",?)+\\})? ([+-]?(?:[0-9.]+(?:E-?[0-9]+)?|Inf)|NaN)");

    private final Map<String, Double> samples = new LinkedHashMap<>();

    Scrape(String text) {
        Map<String, String> types = new HashMap<>();
        assertThat(text).endsWith("\n");
        for (String line : text.split("\n")) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                assertThat(types.put(type.group(1), type.group(2))).as(line).isNull();
            } else if (!line.startsWith("# HELP ")) {
                add(line, types);
            }
        }
    }

    private void add(String line, Map<String, String> types) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        String family = sample.group(1);
        if (!types.containsKey(family)) {
            family = family.replaceFirst("_(bucket|count|sum)$", "");
            assertThat(types.get(family)).as(line).isIn("histogram", "summary");
        }
        assertThat(family.endsWith("_total")).as(line).isEqualTo(types.get(family).equals("counter"));
        String name = line.substring(0, sample.start(3) - 1);
        String number = sample.group(3).replace("Inf", "Infinity");
        assertThat(samples.put(name, Double.parseDouble(number))).as(line).isNull();
    }

    /** {@return the value of a sample, with its labels as they are written} */
    double value(String name) {
        assertThat(samples).containsKey(name);
        return samples.get(name);
    }
}
