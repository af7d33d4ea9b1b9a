package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.List;
import java.util.Set;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.ClassUtils;

/**
 * Finds what takes work by itself, from a broker or by a schedule. Stopping it is how
 * this instance leaves: others take that work then. All of it is a
 * {@link SmartLifecycle}, so the libraries are known by name alone.
 */
final class ListenerSource implements AnnouncementSource {

	private static final Set<String> TYPES = Set.of("org.springframework.amqp.rabbit.listener.MessageListenerContainer",
			"org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry",
			"org.springframework.jms.config.JmsListenerEndpointRegistry",
			"org.springframework.jms.listener.MessageListenerContainer",
			"org.springframework.kafka.config.KafkaListenerEndpointRegistry",
			"org.springframework.kafka.listener.MessageListenerContainer",
			"org.springframework.scheduling.quartz.SchedulerFactoryBean");

	private final ListableBeanFactory beanFactory;

	private final DrainGate gate;

	private final Set<String> excluded;

	private final List<Class<?>> types;

	ListenerSource(ListableBeanFactory beanFactory, DrainGate gate, List<String> excluded) {
		this.beanFactory = beanFactory;
		this.gate = gate;
		this.excluded = Set.copyOf(excluded);
		ClassLoader classLoader = beanFactory.getClass().getClassLoader();
		this.types = TYPES.stream()
			.filter((name) -> ClassUtils.isPresent(name, classLoader))
			.<Class<?>>map((name) -> ClassUtils.resolveClassName(name, classLoader))
			.toList();
	}

	@Override
	public List<Announcement> announcements() {
		if (this.types.isEmpty()) {
			return List.of();
		}
		return CreatedBeans.ofType(this.beanFactory, SmartLifecycle.class)
			.entrySet()
			.stream()
			.filter((bean) -> this.types.stream().anyMatch((type) -> type.isInstance(bean.getValue())))
			.filter((bean) -> bean.getValue().isRunning())
			.map((bean) -> new NamedLifecycle(bean.getKey().replace("&", ""), bean.getValue()))
			.filter((bean) -> !this.excluded.contains(bean.name()))
			.<Announcement>map((bean) -> new ListenerAnnouncement(bean.name(), bean.lifecycle(), this.gate))
			.toList();
	}

	private record NamedLifecycle(String name, SmartLifecycle lifecycle) {
	}

}
