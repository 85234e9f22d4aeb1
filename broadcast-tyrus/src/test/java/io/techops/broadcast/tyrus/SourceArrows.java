package io.techops.broadcast.tyrus;

import io.techops.broadcast.testing.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the source files of a folder use of each other, by their words: without building any of them, and also what no
 * compiled class shows, as a constant.
 */
final class SourceArrows {

    /** Comments, text blocks, strings, characters. */
    private static final Pattern NO_CODE = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?(?<!\\\\)\"\"\""
            + "|\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)+'");
    private static final Pattern NAME = Pattern.compile("\\b[A-Z]\\w*");
    private static final String SUFFIX = ".java";

    /** The capitalized words of each file, by its folder and by the class that it is named after. */
    private final Map<Path, Map<String, Set<String>>> words = new TreeMap<>();

    private SourceArrows() {
    }

    /**
     * Reads all source files below a folder, but for what was built or installed there.
     *
     * @return from each class to those of its package that its file names, as {@code folder/Name}
     */
    static Map<String, Set<String>> below(Path root) throws IOException {
        SourceArrows arrows = new SourceArrows();
        for (Path file : SourceTree.below(root)) {
            if (file.toString().endsWith(SUFFIX)) {
                arrows.read(file);
            }
        }
        return arrows.withinFolders(root);
    }

    private void read(Path file) throws IOException {
        String name = file.getFileName().toString();
        words.computeIfAbsent(file.getParent(), any -> new TreeMap<>())
                .put(name.substring(0, name.length() - SUFFIX.length()), words(Files.readString(file)));
    }

    private static Set<String> words(String source) {
        return NAME.matcher(NO_CODE.matcher(source).replaceAll(" ")).results().map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Map<String, Set<String>> withinFolders(Path root) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        words.forEach((folder, classes) -> {
            String place = root.relativize(folder) + "/";
            classes.forEach((name, all) -> arrows.put(place + name,
                    all.stream().filter(other -> !other.equals(name) && classes.containsKey(other))
                            .map(place::concat).collect(Collectors.toSet())));
        });
        return arrows;
    }
}
