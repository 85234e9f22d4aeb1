package io.techops.broadcast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What every source file of the project keeps to, as {@code .editorconfig} says. */
class SourceStyleTest {

    private static final Path ROOT = Path.of("..");
    private static final int COLUMNS = 120;
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?(?:\\w+\\.)+(\\w+);$");

    @Test
    void noLineIsLongerThan120Columns() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > COLUMNS) {
                    tooLong.add(file + ":" + (i + 1));
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void everyImportIsUsed() throws IOException {
        List<String> unused = new ArrayList<>();
        for (Path file : sources()) {
            String source = Files.readString(file);
            String code = IMPORT.matcher(source).replaceAll("");
            IMPORT.matcher(source).results().map(found -> found.group(1))
                    .filter(name -> !Pattern.compile("\\b" + name + "\\b").matcher(code).find())
                    .forEach(name -> unused.add(file + ": " + name));
        }
        assertThat(unused).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = SourceTree.below(ROOT).stream().filter(file -> file.toString().matches(".*/src/.*\\.java"))
                .toList();
        assertThat(sources).hasSizeGreaterThan(100);
        return sources;
    }
}
