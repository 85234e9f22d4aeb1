import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks that every link within a site of HTML files leads to a file and to an anchor in it, that the site links to the
 * JDK, and that its pages name no package that users cannot import.
 *
 * <pre>java .ci/CheckLinks.java target/reports/apidocs</pre>
 */
final class CheckLinks {

    private static final Pattern LINK = Pattern.compile("<a\\b[^>]*\\bhref=\"([^\"]+)\"");
    private static final Pattern ANCHOR = Pattern.compile("\\bid=\"([^\"]+)\"");
    private static final Pattern INNER = Pattern.compile(
            "io\\.techops\\.broadcast\\.(engine|logging|text|stream|tyrus\\.[a-z])[a-z.]*");
    private static final String JDK = "https://docs.oracle.com/en/java/javase/17/docs/api/";

    private final Map<Path, Set<String>> anchors = new HashMap<>();
    private final Set<String> faults = new TreeSet<>();
    private int within;
    private int toJdk;

    public static void main(String[] arguments) throws IOException {
        Path site = Path.of(arguments[0]).toAbsolutePath().normalize();
        CheckLinks check = new CheckLinks();
        List<Path> pages;
        try (Stream<Path> files = Files.walk(site)) {
            pages = files.filter(file -> file.toString().endsWith(".html")).toList();
        }
        pages.forEach(page -> check.check(site, page));
        check.faults.forEach(System.err::println);
        System.out.println(pages.size() + " pages, " + check.within + " links within the site, " + check.toJdk
                + " to the JDK, " + check.faults.size() + " faults");
        if (!check.faults.isEmpty() || check.within < 1_000 || check.toJdk < 100) {
            System.exit(1);
        }
    }

    private void check(Path site, Path page) {
        String html = read(page);
        INNER.matcher(html).results().forEach(inner -> faults.add(site.relativize(page) + " names " + inner.group()));
        LINK.matcher(html).results().map(link -> link.group(1)).forEach(link -> {
            if (link.startsWith("https:") || link.startsWith("http:")) {
                toJdk += link.startsWith(JDK) ? 1 : 0;
            } else if (!link.startsWith("javascript:")) {
                within++;
                if (!leadsSomewhere(site, page, link)) {
                    faults.add(site.relativize(page) + " links to " + link);
                }
            }
        });
    }

    private boolean leadsSomewhere(Path site, Path page, String link) {
        int hash = link.indexOf('#');
        String file = (hash < 0 ? link : link.substring(0, hash)).replaceFirst("\\?.*", "");
        Path target = file.isEmpty() ? page : Path.of(page.toUri().resolve(URI.create(file))).normalize();
        if (!target.startsWith(site) || !Files.isRegularFile(target)) {
            return false;
        }
        String anchor = hash < 0 ? ""
                : URLDecoder.decode(link.substring(hash + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
        // The page of constants has no anchor for what the names of all packages begin with, and yet links to it.
        return anchor.isEmpty() || anchorsOf(target).contains(anchor)
                || page.endsWith("constant-values.html") && anchor.equals("io.techops");
    }

    private Set<String> anchorsOf(Path page) {
        return anchors.computeIfAbsent(page, any -> {
            Set<String> all = new HashSet<>();
            ANCHOR.matcher(read(page)).results().forEach(anchor -> all.add(anchor.group(1)
                    .replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")));
            return all;
        });
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
