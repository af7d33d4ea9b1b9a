package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The beans that are being made at a moment. */
final class BeansInCreation {

	private static final int LIMIT = 20;

	private BeansInCreation() {
	}

	/**
	 * Returns the names of the beans, in the order of their definitions: one that is made
	 * for another is there as well as the other. It takes none of the locks that are held
	 * while a bean is made.
	 */
	static List<String> of(ConfigurableListableBeanFactory beanFactory) {
		return Stream.of(beanFactory.getBeanDefinitionNames())
			.filter(beanFactory::isCurrentlyInCreation)
			.limit(LIMIT)
			.toList();
	}

}
