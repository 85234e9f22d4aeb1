package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Topics, each at the path that a template makes of its name. */
final class TopicRoutes implements Routes {

    /** What stands for the name of the topic in a template: a whole segment. */
    static final String VARIABLE = "{topic}";

    /** The path of topics unless it is set otherwise. */
    static final String DEFAULT_TEMPLATE = "/topics/" + VARIABLE;

    private final String before;
    private final String after;
    private final Topics topics;

    TopicRoutes(String template, Topics topics) {
        int at = template.indexOf(VARIABLE);
        this.before = template.substring(0, at);
        this.after = template.substring(at + VARIABLE.length());
        this.topics = topics;
    }

    /** {@return whether a path has one segment that is the variable} */
    static boolean isTemplate(String path) {
        int at = path.indexOf("/" + VARIABLE);
        int end = at + 1 + VARIABLE.length();
        return at >= 0 && path.indexOf(VARIABLE, end) < 0 && (end == path.length() || path.charAt(end) == '/');
    }

    /** {@return the template with something in place of the variable} */
    static String fill(String template, String name) {
        return template.replace(VARIABLE, name);
    }

    @Override
    public Answer at(String asked) {
        String segment = segment(asked);
        if (segment == null) {
            return Routes.nothingThere();
        }
        String name = PagePath.decode(segment);
        if (name == null) {
            return Refusal.bad("The name of the topic is not percent-encoded UTF-8 (RFC 3986 section 2.1).");
        }
        return topics.isName(name) ? new Found(topics.hub(name), name)
                : Refusal.of(RefusalCause.NOT_FOUND, 404, "There can be no topic of this name.");
    }

    private @Nullable String segment(String asked) {
        int length = asked.length() - before.length() - after.length();
        if (length <= 0 || !asked.startsWith(before) || !asked.endsWith(after)) {
            return null;
        }
        String segment = asked.substring(before.length(), before.length() + length);
        return segment.indexOf('/') < 0 ? segment : null;
    }

    @Override
    public boolean mayBlock() {
        return true; // a topic begins with the host application's recipe
    }

    @Override
    public void refused(RefusalCause cause) {
        topics.refused(cause);
    }

    @Override
    public boolean isClosed() {
        return topics.isClosed();
    }

    @Override
    public CompletionStage<Void> shutdown(Duration limit) {
        return topics.shutdown(limit);
    }

    @Override
    public void close(Duration limit) {
        topics.close(limit);
    }
}
