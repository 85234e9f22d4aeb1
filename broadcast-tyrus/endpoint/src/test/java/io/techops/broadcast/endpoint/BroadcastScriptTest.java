package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code broadcast.js} as a file; what it does is tested in a browser, by the examples. */
class BroadcastScriptTest {

    /** So that it stays a file that one reads in a quarter of an hour. */
    private static final int MOST_BYTES = 4_608;

    private static final Pattern TOKEN = Pattern.compile("(?<comment>/\\*.*?\\*/|//[^\\n]*)|(?<blank>\\s+)"
            + "|\"[^\"\\n]*\"|`[^`]*`|/\\\\?[^/*\\s][^/\\n]*/|.", Pattern.DOTALL);
    private static final Pattern MEMBER =
            Pattern.compile("^  (?:get )?(?!constructor)([a-z]\\w*)(?:\\(.*\\) \\{| = .*;|;)$", Pattern.MULTILINE);

    private static String read(String name) throws IOException {
        try (InputStream in = BroadcastScriptTest.class.getResourceAsStream("/META-INF/resources/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * {@return a script without comments, without blanks where no two words meet, and with one letter for each private
     * name} A minifier does more.
     */
    private static String minified(String script) {
        StringBuilder small = new StringBuilder();
        boolean blank = false;
        for (MatchResult token : (Iterable<MatchResult>) TOKEN.matcher(script).results()::iterator) {
            String text = token.group();
            if (token.group(1) != null || token.group(2) != null) {
                blank = true;
                continue;
            }
            if (blank && !small.isEmpty() && isWord(small.charAt(small.length() - 1)) && isWord(text.charAt(0))) {
                small.append(' ');
            }
            small.append(text);
            blank = false;
        }
        String result = small.toString();
        List<String> names = Pattern.compile("#\\w+").matcher(result).results().map(MatchResult::group).distinct()
                .toList();
        for (int i = 0; i < names.size(); i++) {
            result = result.replaceAll(names.get(i) + "\\b", "#" + (char) ('a' + i));
        }
        return result;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '#';
    }

    @Test
    void itHasLessThanFourAndAHalfKilobytesWhenItIsMinified() throws IOException {
        String small = minified(read("broadcast.js"));
        assertThat(small).startsWith("const NUMBERED=\"broadcast.v1\";").doesNotContain("/*", "\n");
        assertThat(small.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(MOST_BYTES);
    }

    @Test
    void itIsOneModuleThatNeedsNoOther() throws IOException {
        assertThat(minified(read("broadcast.js"))).containsOnlyOnce("export ").doesNotContain("import");
    }

    @Test
    void itsTypesDeclareEveryPublicMember() throws IOException {
        Matcher members = MEMBER.matcher(read("broadcast.js"));
        TreeSet<String> names = new TreeSet<>();
        members.results().forEach(member -> names.add(member.group(1)));
        assertThat(names).contains("state", "lastEventId", "numbered", "bufferedAmount", "connect", "send", "close");
        String types = read("broadcast.d.ts");
        assertThat(names).allMatch(name -> Pattern.compile("^  (readonly )?" + name + "[:(]", Pattern.MULTILINE)
                .matcher(types).find());
    }
}
