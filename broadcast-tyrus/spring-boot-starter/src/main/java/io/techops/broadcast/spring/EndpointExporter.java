package io.techops.broadcast.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/** Deploys the endpoints in the container, if there is one: a test whose web environment is a mock has none. */
final class EndpointExporter extends ServerEndpointExporter {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointExporter.class);

    @Override
    public void afterPropertiesSet() {
        if (getServerContainer() == null) {
            LOG.info("No WebSocket container: the endpoints are not served");
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (getServerContainer() != null) {
            super.afterSingletonsInstantiated();
        }
    }
}
