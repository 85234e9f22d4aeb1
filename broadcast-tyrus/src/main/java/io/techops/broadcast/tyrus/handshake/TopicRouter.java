package io.techops.broadcast.tyrus.handshake;

import io.techops.broadcast.HubStats;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.spi.PathTemplate;
import io.techops.broadcast.tyrus.http.HttpRejection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Topics, each at the path that a template makes from its name. */
public final class TopicRouter implements Router {

    private final PathTemplate path;
    private final Topics topics;

    public TopicRouter(PathTemplate path, Topics topics) {
        this.path = path;
        this.topics = topics;
    }

    @Override
    public Answer at(String asked) {
        PathTemplate.Result result = path.match(asked);
        return switch (result.relation()) {
            case MATCH -> named(result.topic());
            case OTHER -> Router.nothingThere();
            case MALFORMED -> Router.malformed();
        };
    }

    private Answer named(String name) {
        return topics.isAllowed(name) ? new Found(topics.hub(name), name)
                : new Rejected(HttpRejection.of(RefusalCause.NOT_FOUND, 404, "There can be no topic of this name."));
    }

    @Override
    public boolean mayBlock() {
        return true; // a new topic is configured by code of the host application
    }

    @Override
    public void refused(RefusalCause cause) {
        topics.refused(cause);
    }

    @Override
    public HubStats stats() {
        return topics.stats().total();
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
