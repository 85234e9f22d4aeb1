package io.techops.broadcast.examples;

import io.techops.broadcast.Topics;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about topics. */
final class TopicOptions {

    @Option(names = "--topics", paramLabel = "PATH", converter = Value.TopicPath.class,
            description = "Every path of this form is a hub of its own: {topic} stands for its name, as in "
                    + "/topics/{topic}; not together with --path (default: one hub).")
    private @Nullable String path;

    @Option(names = "--max-topics", paramLabel = "COUNT", converter = Value.TopicCount.class,
            description = "The most topics at a time; one more takes the place of one that is idle, or is refused with "
                    + "503 (default: " + Topics.DEFAULT_MAX_TOPICS + ").")
    private @Nullable Integer most;

    @Option(names = "--topic-idle-timeout", paramLabel = "TIME", converter = Value.Time.class,
            description = "A topic is removed, with its messages, when it has had no peer and no message for so long "
                    + "(default: 1m).")
    private @Nullable Duration idle;

    /** {@return the path of topics, or null if there is one hub} */
    @Nullable String path() {
        return path;
    }

    /**
     * @param onlyPath what was given as {@code --path}
     * @throws BadOption if options clash
     */
    void check(@Nullable String onlyPath) throws BadOption {
        if (path != null && onlyPath != null) {
            throw new BadOption("--topics", "must not be given together with --path", path);
        }
        if (path == null && most != null) {
            throw new BadOption("--max-topics", "must be given together with --topics", most);
        }
        if (path == null && idle != null) {
            throw new BadOption("--topic-idle-timeout", "must be given together with --topics", idle);
        }
    }

    /** {@return topics with these options} */
    Topics topics(Topics.Recipe recipe) {
        Topics.Builder topics = Topics.builder().recipe(recipe);
        if (most != null) {
            topics.maxTopics(most);
        }
        if (idle != null) {
            topics.idleTimeout(idle);
        }
        return topics.build();
    }
}
