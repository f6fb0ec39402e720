//! Prompts: versions, of which one is active for each model.

use core_server_adapter::{
    AdapterError,
    vision::{AiModel, NewPrompt, PromptChange, PromptVersion},
};
use serde_json::json;
use tests::{TestDatabase, on_every_backend};

use super::{
    super::{AWKWARD, all_pages},
    migrated,
};

on_every_backend!(one_prompt_of_a_model_is_active);

async fn one_prompt_of_a_model_is_active(database: TestDatabase) {
    let (_database, vision) = migrated(database).await;
    let prompts = vision.prompts();
    assert_eq!(prompts.active(AiModel::Nemotron).await.unwrap(), None);
    let add = async |model, text: &str| -> PromptVersion {
        let new = NewPrompt::new(model, json!({ "text": text })).created_by("ana").change_description(AWKWARD);
        prompts.add(&new).await.unwrap()
    };
    let [first, second] = [add(AiModel::Nemotron, "one").await, add(AiModel::Nemotron, "two").await];
    let other = add(AiModel::Xclip, "one").await;
    assert_eq!([first.version, second.version, other.version], [1, 2, 1]);
    assert_eq!((first.is_active, first.row_version, &first.config), (false, 1, &json!({ "text": "one" })));

    let other = prompts.activate(other.id, other.row_version).await.unwrap();
    let first = prompts.activate(first.id, first.row_version).await.unwrap();
    assert_eq!(prompts.active(AiModel::Nemotron).await.unwrap().as_ref(), Some(&first));
    let second = prompts.activate(second.id, second.row_version).await.unwrap();
    assert_eq!(prompts.active(AiModel::Nemotron).await.unwrap().as_ref(), Some(&second));
    assert_eq!(prompts.active(AiModel::Xclip).await.unwrap().as_ref(), Some(&other));
    // It was made inactive, which counts as a change.
    let is_late = |error: &AdapterError| {
        matches!(error, AdapterError::ChangedMeanwhile { table: "prompt_versions", expected: 2, found: 3, .. })
    };
    let error = prompts.activate(first.id, first.row_version).await.unwrap_err();
    assert!(is_late(&error), "{error:?}");
    assert_eq!(prompts.active(AiModel::Nemotron).await.unwrap().as_ref(), Some(&second), "nothing was changed");

    let better = PromptChange::new().performance_score(0.75).config(json!([AWKWARD]));
    let changed = prompts.change(second.id, second.row_version, &better).await.unwrap();
    let expected =
        PromptVersion { performance_score: Some(0.75), config: json!([AWKWARD]), row_version: 3, ..second.clone() };
    assert_eq!(changed, expected);
    let error = prompts.change(second.id, second.row_version, &better).await.unwrap_err();
    assert!(is_late(&error), "{error:?}");
    let history = all_pages(async |page| prompts.history(AiModel::Nemotron, &page).await).await;
    assert_eq!(history.iter().map(|prompt| prompt.version).collect::<Vec<_>>(), [2, 1]);
}
